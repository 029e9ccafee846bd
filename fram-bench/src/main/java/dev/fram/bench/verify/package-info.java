// SPDX-License-Identifier: Apache-2.0

/** What comparing costs: against the copy, and on the apply path. */
@NullMarked
package dev.fram.bench.verify;

import org.jspecify.annotations.NullMarked;
