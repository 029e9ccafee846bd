// SPDX-License-Identifier: Apache-2.0
/** Numbers as people read them, with their units. */
@NullMarked
package dev.fram.core.figures;

import org.jspecify.annotations.NullMarked;
