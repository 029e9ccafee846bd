// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/**
 * A chunk that is on the target.
 *
 * @param rows rows copied
 * @param bytes bytes that went through Fram
 */
public record CopiedChunk(long rows, long bytes) {}
