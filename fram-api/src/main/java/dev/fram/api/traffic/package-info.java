// SPDX-License-Identifier: Apache-2.0

/** What points applications at a server: proxies, poolers, commands; and a client's own path. */
@NullMarked
package dev.fram.api.traffic;

import org.jspecify.annotations.NullMarked;
