// SPDX-License-Identifier: Apache-2.0

/** The questions that fram check asks of two PostgreSQL servers, one small class each. */
@NullMarked
package dev.fram.postgresql.check;

import org.jspecify.annotations.NullMarked;
