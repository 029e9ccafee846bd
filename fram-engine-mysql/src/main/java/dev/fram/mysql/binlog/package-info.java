// SPDX-License-Identifier: Apache-2.0

/**
 * The binary log: positions in it, its events as the feed's events, and rows as values. One class
 * talks to the client library; the rest reads bytes by the server's own formats.
 */
@NullMarked
package dev.fram.mysql.binlog;

import org.jspecify.annotations.NullMarked;
