// SPDX-License-Identifier: Apache-2.0

/** Sees what the migration costs the source, and holds the copy back before it does harm. */
@NullMarked
package dev.fram.core.guard;

import org.jspecify.annotations.NullMarked;
