// SPDX-License-Identifier: Apache-2.0

/** What became of every object of the source. */
@NullMarked
package dev.fram.core.inventory;

import org.jspecify.annotations.NullMarked;
