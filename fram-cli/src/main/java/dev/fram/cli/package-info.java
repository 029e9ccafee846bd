// SPDX-License-Identifier: Apache-2.0

/** The entry point: puts the commands together, and turns what went wrong into an exit code. */
@NullMarked
package dev.fram.cli;

import org.jspecify.annotations.NullMarked;
