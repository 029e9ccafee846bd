// SPDX-License-Identifier: Apache-2.0

/**
 * What the user asked for: flags before environment before {@code fram.yaml}, every key with one
 * name in all three, all problems reported at once. A value is obeyed or refused, never corrected.
 */
@NullMarked
package dev.fram.cli.config;

import org.jspecify.annotations.NullMarked;
