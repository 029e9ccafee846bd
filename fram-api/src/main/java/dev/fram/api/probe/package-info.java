// SPDX-License-Identifier: Apache-2.0
/** What an engine does so that the core can measure two servers and the way to them. */
@NullMarked
package dev.fram.api.probe;

import org.jspecify.annotations.NullMarked;
