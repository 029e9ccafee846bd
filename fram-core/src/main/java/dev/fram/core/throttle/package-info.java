// SPDX-License-Identifier: Apache-2.0
/** Notices that somebody slows us down, and who; knows rates and waits, not servers. */
@NullMarked
package dev.fram.core.throttle;

import org.jspecify.annotations.NullMarked;
