// SPDX-License-Identifier: Apache-2.0

/**
 * Compares every row while writes go on, remembers which rows were written since, and compares
 * those once more under the write gate.
 */
@NullMarked
package dev.fram.core.verify;

import org.jspecify.annotations.NullMarked;
