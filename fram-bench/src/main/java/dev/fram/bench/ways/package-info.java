// SPDX-License-Identifier: Apache-2.0
/** The ways to move a whole server, each from its start until the target follows. */
@NullMarked
package dev.fram.bench.ways;

import org.jspecify.annotations.NullMarked;
