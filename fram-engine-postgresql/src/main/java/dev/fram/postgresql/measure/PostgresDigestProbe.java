// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.measure;

import dev.fram.api.engine.DigestProbe;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Span;
import dev.fram.api.model.Table;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.digest.PostgresTargetMoment;
import dev.fram.postgresql.digest.Terms;
import java.util.Optional;

/** A snapshot of either server: the target's kind of moment, which writes no marker. One thread. */
public final class PostgresDigestProbe implements DigestProbe {
  private static final long PAGE = 8192;

  private final PostgresTargetMoment moment;

  public PostgresDigestProbe(Connector server, Terms terms) {
    this.moment = PostgresTargetMoment.take(server, Reveal.DIGESTS_ONLY, terms);
  }

  @Override
  public DigestReader digests() {
    return moment.digests();
  }

  /** By pages. Before version 14 such a condition reads the whole table, so it is not given. */
  @Override
  public Optional<Span> piece(Table table, long bytes, double start) {
    if (table.bytes() <= bytes) {
      return Optional.of(Span.of(table.id()));
    }
    if (moment.major() < 14) {
      return Optional.empty();
    }
    long pages = Math.max(1, bytes / PAGE);
    long from = (long) (Math.max(0, table.bytes() / PAGE - pages) * start);
    String where =
        "t.ctid >= '(" + from + ",0)'::tid AND t.ctid < '(" + (from + pages) + ",0)'::tid";
    return Optional.of(
        new Span(table.id(), Optional.empty(), new Part(Optional.of(where), Part.ALL)));
  }

  @Override
  public void close() {
    moment.close();
  }
}
