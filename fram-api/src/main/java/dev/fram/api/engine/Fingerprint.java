// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/**
 * What a table looks like.
 *
 * @param definition changes when its columns, keys or place in a partition tree change
 * @param storage changes when the server rewrites it (PostgreSQL: the file node)
 */
public record Fingerprint(String definition, String storage) {}
