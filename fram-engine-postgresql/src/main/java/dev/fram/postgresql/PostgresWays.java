// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Way;
import dev.fram.api.engine.Way.Advice;
import dev.fram.api.engine.Way.Subject;
import dev.fram.api.engine.Way.Trait;
import dev.fram.api.engine.Ways;
import dev.fram.api.model.TableOptions.States;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The way of PostgreSQL, in words. Stateless; knows no server. */
final class PostgresWays {
  private PostgresWays() {}

  static Ways of(RouteRequest request) {
    return new Ways(
        List.of(own(request)),
        List.of(
            "PostgreSQL's own logical subscription as the feed",
            "a physical standby by base backup"));
  }

  private static Way own(RouteRequest request) {
    return new Way(
        "own-feed",
        "Fram copies table by table, reads the source's WAL by a slot of its own and writes the"
            + " changes.",
        "",
        request.moved(States.MANY, Optional.empty()),
        List.of(
            new Trait(
                Subject.RIGHTS,
                "On the source REPLICATION, CREATE on the database, and the roles that own the tables;"
                    + " on the target CREATE, and the same roles (docs/guide/privileges.md)."),
            new Trait(
                Subject.VERSIONS,
                "PostgreSQL 13 to 18; the target is not older than the source; wal_level is logical"
                    + " on the source."),
            new Trait(
                Subject.NETWORK,
                "This machine reaches both servers; they need not reach each other."),
            new Trait(
                Subject.COPY,
                "Without locks; a copy that is interrupted goes on with what is left. The source keeps"
                    + " its WAL until it is applied (--max-retained-log)."),
            new Trait(
                Subject.SCHEMA_CHANGES,
                "They are not brought over: a table that was changed on the source is named, and keeps"
                    + " the cutover away until that is undone or the migration is begun anew."),
            new Trait(
                Subject.CUTOVER,
                "Writers get no error from the write gate; large objects and tables that are not"
                    + " followed are copied behind it.")),
        new Advice("The one way that there is for PostgreSQL.", Map.of()));
  }
}
