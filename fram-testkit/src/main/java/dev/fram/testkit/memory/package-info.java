// SPDX-License-Identifier: Apache-2.0

/**
 * An engine without servers: two databases in memory that outlive a process that dies, with
 * visibility, locks, a log, and every way to fail that the core must survive.
 */
@NullMarked
package dev.fram.testkit.memory;

import org.jspecify.annotations.NullMarked;
