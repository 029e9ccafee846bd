// SPDX-License-Identifier: Apache-2.0

/**
 * The log as lines of JSON in a file. Whatever becomes of the file, the work that is logged neither
 * stops nor waits for it.
 */
@NullMarked
package dev.fram.cli.log;

import org.jspecify.annotations.NullMarked;
