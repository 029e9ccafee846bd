// SPDX-License-Identifier: Apache-2.0

/** Snapshots, ranges, and the copy of one range from source to target. */
@NullMarked
package dev.fram.postgresql.copy;

import org.jspecify.annotations.NullMarked;
