// SPDX-License-Identifier: Apache-2.0

/** Bytes to and from a program's control socket, TCP or Unix, each with a deadline. */
@NullMarked
package dev.fram.traffic.socket;

import org.jspecify.annotations.NullMarked;
