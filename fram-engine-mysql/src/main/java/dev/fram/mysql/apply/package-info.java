// SPDX-License-Identifier: Apache-2.0

/**
 * Writes the feed to the target: exactly once, whole transactions, strict outside of a copy's fuzzy
 * window.
 */
@NullMarked
package dev.fram.mysql.apply;

import org.jspecify.annotations.NullMarked;
