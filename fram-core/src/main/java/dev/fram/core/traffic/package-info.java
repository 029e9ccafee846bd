// SPDX-License-Identifier: Apache-2.0

/** All switches of the traffic as one, and the probe that goes the applications' own way. */
@NullMarked
package dev.fram.core.traffic;

import org.jspecify.annotations.NullMarked;
