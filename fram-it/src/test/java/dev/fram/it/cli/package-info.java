// SPDX-License-Identifier: Apache-2.0

/** The program as a user calls it, against real servers: arguments in, output and exit code out. */
@NullMarked
package dev.fram.it.cli;

import org.jspecify.annotations.NullMarked;
