// SPDX-License-Identifier: Apache-2.0

/** Source log to target: feed, backlog, batches, apply. */
@NullMarked
package dev.fram.core.stream;

import org.jspecify.annotations.NullMarked;
