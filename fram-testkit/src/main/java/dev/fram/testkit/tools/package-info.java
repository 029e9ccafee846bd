// SPDX-License-Identifier: Apache-2.0

/**
 * PostgreSQL's own client programs, pg_dump and pg_restore, found on this machine or fetched into
 * the user's cache without any privilege.
 */
@NullMarked
package dev.fram.testkit.tools;

import org.jspecify.annotations.NullMarked;
