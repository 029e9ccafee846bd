// SPDX-License-Identifier: Apache-2.0
/** Measures two servers and the way between them, and says what a migration would take. */
@NullMarked
package dev.fram.core.probe;

import org.jspecify.annotations.NullMarked;
