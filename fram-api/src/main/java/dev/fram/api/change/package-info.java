// SPDX-License-Identifier: Apache-2.0

/** The feed: the stream of committed changes as the core sees it, rows being opaque bytes. */
@NullMarked
package dev.fram.api.change;

import org.jspecify.annotations.NullMarked;
