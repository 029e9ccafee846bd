// SPDX-License-Identifier: Apache-2.0
/**
 * The whole server by a streaming base backup, promoted at the very place where Fram's slot begins:
 * before the migration has a record, because it replaces everything that the target holds.
 */
@NullMarked
package dev.fram.postgresql.base;

import org.jspecify.annotations.NullMarked;
