// SPDX-License-Identifier: Apache-2.0

/** The user's own commands, each at its moment of a cutover. */
@NullMarked
package dev.fram.traffic.hook;

import org.jspecify.annotations.NullMarked;
