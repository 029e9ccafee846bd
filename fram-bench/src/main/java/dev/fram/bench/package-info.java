// SPDX-License-Identifier: Apache-2.0

/** Measurements beside other tools, on real servers of our own: <code>./fram bench</code>. */
@NullMarked
package dev.fram.bench;

import org.jspecify.annotations.NullMarked;
