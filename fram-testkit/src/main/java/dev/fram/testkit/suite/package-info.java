// SPDX-License-Identifier: Apache-2.0

/** What keeps the suite within its half hour: a sample of the versions, servers that are shared. */
@NullMarked
package dev.fram.testkit.suite;

import org.jspecify.annotations.NullMarked;
