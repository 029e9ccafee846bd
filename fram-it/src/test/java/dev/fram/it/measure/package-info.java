// SPDX-License-Identifier: Apache-2.0
/** What {@code fram measure} does to real servers, and what it says of them. */
@NullMarked
package dev.fram.it.measure;

import org.jspecify.annotations.NullMarked;
