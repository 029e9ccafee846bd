// SPDX-License-Identifier: Apache-2.0
/**
 * The server's own replication as the feed: the account on the source, the channel on the target,
 * and what its errors mean. Fram reads the source's log beside it, and tells the replica how far to
 * go.
 */
@NullMarked
package dev.fram.mysql.replica;

import org.jspecify.annotations.NullMarked;
