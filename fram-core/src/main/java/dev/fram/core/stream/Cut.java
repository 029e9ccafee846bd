// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import java.util.function.Predicate;

/**
 * A place in the feed where the target is to stand: before the first transaction that is not
 * certainly in some consistent read of the source.
 *
 * @param seen whether a transaction certainly is; asked by the apply thread
 * @param armedAt nothing that the read may have seen lies beyond it
 */
public record Cut(Predicate<FeedEvent.Begin> seen, Position armedAt) {}
