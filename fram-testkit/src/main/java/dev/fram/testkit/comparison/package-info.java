// SPDX-License-Identifier: Apache-2.0

/**
 * Compares two MySQL or MariaDB servers row by row and object by object, with SQL of its own: what
 * an engine's digest and schema transfer are judged by must not be made of them.
 */
@NullMarked
package dev.fram.testkit.comparison;

import org.jspecify.annotations.NullMarked;
