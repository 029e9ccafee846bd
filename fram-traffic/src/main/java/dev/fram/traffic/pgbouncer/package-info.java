// SPDX-License-Identifier: Apache-2.0

/** PgBouncer: paused by its admin console, pointed elsewhere by its configuration file. */
@NullMarked
package dev.fram.traffic.pgbouncer;

import org.jspecify.annotations.NullMarked;
