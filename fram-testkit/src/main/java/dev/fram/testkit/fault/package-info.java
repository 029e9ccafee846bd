// SPDX-License-Identifier: Apache-2.0

/**
 * Things that go wrong: a network that stalls or is cut at a chosen byte, a process that is killed
 * with SIGKILL. All on 127.0.0.1 and only against what a test started itself.
 */
@NullMarked
package dev.fram.testkit.fault;

import org.jspecify.annotations.NullMarked;
