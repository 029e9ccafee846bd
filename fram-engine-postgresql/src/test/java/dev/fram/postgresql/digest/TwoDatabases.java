// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.testkit.server.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two fresh databases that no migration knows of, and moments of both. */
final class TwoDatabases implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  final Connector source;
  final Connector target;
  final Connection onSource;
  final Connection onTarget;
  final Terms terms;
  private final PostgresServer sourceServer;
  private final PostgresServer targetServer;
  private final String database = "digest_" + NUMBERS.incrementAndGet();

  TwoDatabases(PostgresServer sourceServer, PostgresServer targetServer) throws SQLException {
    this(sourceServer, "UTF8", targetServer, "UTF8");
  }

  TwoDatabases(
      PostgresServer sourceServer,
      String sourceEncoding,
      PostgresServer targetServer,
      String targetEncoding)
      throws SQLException {
    this.sourceServer = sourceServer;
    this.targetServer = targetServer;
    create(sourceServer, database, sourceEncoding);
    create(targetServer, database + "_copy", targetEncoding);
    source = new Connector(sourceServer.endpoint(database), "source");
    target = new Connector(targetServer.endpoint(database + "_copy"), "target");
    onSource = source.open("test");
    onTarget = target.open("test");
    run(onSource, "SET search_path = public");
    run(onTarget, "SET search_path = public");
    terms = new Terms(source, target);
  }

  private static void create(PostgresServer server, String name, String encoding)
      throws SQLException {
    server.execute(
        "postgres",
        "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING '" + encoding + "' LOCALE 'C'");
  }

  TwoDatabases both(String sql) throws SQLException {
    run(onSource, sql);
    run(onTarget, sql);
    return this;
  }

  SourceMoment sourceMoment(Reveal shown, TableId... tables) {
    return PostgresSourceMoment.take(
        source, List.of(tables), shown, terms, new LogHorizon(() -> 0), () -> new Lsn(1));
  }

  TargetMoment targetMoment(Reveal shown) {
    return PostgresTargetMoment.take(target, shown, terms);
  }

  /** What differs now. */
  List<String> differences(String table, int buckets) {
    TableId id = new TableId("public", table);
    try (SourceMoment there = sourceMoment(Reveal.DIGESTS_ONLY, id);
        TargetMoment here = targetMoment(Reveal.DIGESTS_ONLY)) {
      return new Differences(there.digests(), here.digests(), buckets).of(id);
    }
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    terms.close();
    source.closeAll();
    target.closeAll();
    sourceServer.dropDatabase(database);
    targetServer.dropDatabase(database + "_copy");
  }
}
