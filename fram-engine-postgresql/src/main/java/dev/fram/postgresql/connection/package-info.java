// SPDX-License-Identifier: Apache-2.0

/**
 * How the engine talks to a server: sessions with fixed settings, quoting, and what an SQLSTATE
 * means.
 */
@NullMarked
package dev.fram.postgresql.connection;

import org.jspecify.annotations.NullMarked;
