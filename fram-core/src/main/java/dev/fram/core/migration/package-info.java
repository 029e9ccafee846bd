// SPDX-License-Identifier: Apache-2.0

/** One migration from its plan to its end: phases, their rules, and the public entry points. */
@NullMarked
package dev.fram.core.migration;

import org.jspecify.annotations.NullMarked;
