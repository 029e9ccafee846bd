// SPDX-License-Identifier: Apache-2.0

/**
 * How the engine talks to a server: sessions with fixed settings, quoting, and what an error number
 * means.
 */
@NullMarked
package dev.fram.mysql.connection;

import org.jspecify.annotations.NullMarked;
