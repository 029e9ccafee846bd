// SPDX-License-Identifier: Apache-2.0

/** Snapshots, ranges of keys, and the copy of one range from source to target. */
@NullMarked
package dev.fram.mysql.copy;

import org.jspecify.annotations.NullMarked;
