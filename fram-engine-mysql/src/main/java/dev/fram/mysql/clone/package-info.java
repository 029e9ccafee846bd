// SPDX-License-Identifier: Apache-2.0
/**
 * The whole server brought over by MySQL's CLONE plugin: before the migration has a record, because
 * it replaces everything that the target holds.
 */
@NullMarked
package dev.fram.mysql.clone;

import org.jspecify.annotations.NullMarked;
