// SPDX-License-Identifier: Apache-2.0

/** Catching up: how fast a backlog is applied. */
@NullMarked
package dev.fram.bench.apply;

import org.jspecify.annotations.NullMarked;
