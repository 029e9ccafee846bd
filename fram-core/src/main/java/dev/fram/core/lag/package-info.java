// SPDX-License-Identifier: Apache-2.0

/** How far the target is behind, and what the source keeps because of it. */
@NullMarked
package dev.fram.core.lag;

import org.jspecify.annotations.NullMarked;
