// SPDX-License-Identifier: Apache-2.0
/**
 * PostgreSQL's own subscription as the feed: the role on the source, the subscription on the
 * target, the turnstile that tells its worker how far to go, and what its troubles mean. Fram reads
 * the source's log beside it.
 */
@NullMarked
package dev.fram.postgresql.replica;

import org.jspecify.annotations.NullMarked;
