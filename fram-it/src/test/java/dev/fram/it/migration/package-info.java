// SPDX-License-Identifier: Apache-2.0

/** Whole migrations on real servers: types, load, crashes, freezes, size. */
@NullMarked
package dev.fram.it.migration;

import org.jspecify.annotations.NullMarked;
