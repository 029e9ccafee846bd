// SPDX-License-Identifier: Apache-2.0

/** The durable story, written with the lease's epoch. */
@NullMarked
package dev.fram.core.journal;

import org.jspecify.annotations.NullMarked;
