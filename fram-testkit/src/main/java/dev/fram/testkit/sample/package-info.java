// SPDX-License-Identifier: Apache-2.0

/** Which of the many versions of a server a test runs on, when not all of them are asked for. */
@NullMarked
package dev.fram.testkit.sample;

import org.jspecify.annotations.NullMarked;
