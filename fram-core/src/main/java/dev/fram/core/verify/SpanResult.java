// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import java.util.List;

/**
 * What came of comparing a span.
 *
 * @param rows rows on the source
 * @param differing how many rows differ
 * @param inQuestion how many are not the same and may have been written meanwhile
 * @param differences of those that differ, as many as are worth naming
 */
record SpanResult(long rows, long differing, long inQuestion, List<Difference> differences) {}
