// SPDX-License-Identifier: Apache-2.0

/**
 * A whole migration in front of the user: two real servers, an application that keeps writing, and
 * at the end the proof. Servers, traffic and oracle are those of Fram's own tests.
 */
@NullMarked
package dev.fram.cli.demo;

import org.jspecify.annotations.NullMarked;
