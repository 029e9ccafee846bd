// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

/**
 * One measured run.
 *
 * @param contender who
 * @param round from 1; those of one round belong together
 * @param run what it took
 * @param source what the source server used meanwhile
 * @param target what the target server used
 */
public record Sample(String contender, int round, ToolRun run, Usage source, Usage target) {}
