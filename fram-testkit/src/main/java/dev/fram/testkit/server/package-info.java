// SPDX-License-Identifier: Apache-2.0

/**
 * Real PostgreSQL, MySQL and MariaDB servers for tests and for the demo: fetched once, kept in the
 * user's cache, started on 127.0.0.1 as any user, root included, and gone with this process.
 */
@NullMarked
package dev.fram.testkit.server;

import org.jspecify.annotations.NullMarked;
