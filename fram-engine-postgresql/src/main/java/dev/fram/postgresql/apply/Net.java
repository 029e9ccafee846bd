// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.pgoutput.Tuple;
import java.util.List;

/**
 * What a series of changes of one table comes to, each row touched once. Deletes go first, then
 * updates, then inserts.
 */
record Net(List<Tuple> deletes, List<RowOp.Update> updates, List<Tuple> inserts) {}
