// SPDX-License-Identifier: Apache-2.0

/**
 * Database fram: on the target migration, lease, journal, tables, chunks and the feed's position;
 * on the source the register of who owns the data.
 */
@NullMarked
package dev.fram.mysql.journal;

import org.jspecify.annotations.NullMarked;
