// SPDX-License-Identifier: Apache-2.0

/** A real browser for tests, without root and without installing anything. */
@NullMarked
package dev.fram.testkit.browser;

import org.jspecify.annotations.NullMarked;
