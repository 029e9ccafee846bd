// SPDX-License-Identifier: Apache-2.0

/**
 * An application's live traffic with an oracle: writers that remember every acknowledged write, and
 * the judge that looks for all of them on whichever server is the master afterwards. Plain JDBC; it
 * must not know Fram.
 */
@NullMarked
package dev.fram.testkit.workload;

import org.jspecify.annotations.NullMarked;
