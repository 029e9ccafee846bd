// SPDX-License-Identifier: Apache-2.0

/** The questions asked before anything is touched, and their answers. */
@NullMarked
package dev.fram.api.check;

import org.jspecify.annotations.NullMarked;
