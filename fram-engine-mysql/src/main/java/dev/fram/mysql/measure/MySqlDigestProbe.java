// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.measure;

import dev.fram.api.engine.DigestProbe;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Span;
import dev.fram.api.model.Table;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.copy.KeyRanges;
import dev.fram.mysql.digest.MySqlTargetMoment;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** A snapshot of either server: the target's kind of moment, which writes no marker. One thread. */
public final class MySqlDigestProbe implements DigestProbe {
  private final Connector server;
  private final MySqlTargetMoment moment;

  public MySqlDigestProbe(Connector server) {
    this.server = server;
    this.moment = MySqlTargetMoment.take(server, Reveal.DIGESTS_ONLY);
  }

  @Override
  public DigestReader digests() {
    return moment.digests();
  }

  /** The first range of the key: finding another one would walk through all before it. */
  @Override
  public Optional<Span> piece(Table table, long bytes, double start) {
    if (table.bytes() <= bytes) {
      return Optional.of(Span.of(table.id()));
    }
    Connection session = server.openStreaming("measure");
    try {
      Optional<CatalogTable> found = Catalog.table(session, table.id());
      return found.isEmpty()
          ? Optional.empty()
          : KeyRanges.first(session, found.get(), bytes)
              .map(chunk -> new Span(table.id(), Optional.of(chunk)));
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "cutting " + table.id());
    } finally {
      Connector.abort(session);
    }
  }

  @Override
  public void close() {
    moment.close();
  }
}
