// SPDX-License-Identifier: Apache-2.0

/** How anything that goes wrong is said: a code, what was seen, what to do. */
@NullMarked
package dev.fram.api.error;

import org.jspecify.annotations.NullMarked;
