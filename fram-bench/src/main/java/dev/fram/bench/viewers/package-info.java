// SPDX-License-Identifier: Apache-2.0

/** Whether those who look on slow a migration down. */
@NullMarked
package dev.fram.bench.viewers;

import org.jspecify.annotations.NullMarked;
