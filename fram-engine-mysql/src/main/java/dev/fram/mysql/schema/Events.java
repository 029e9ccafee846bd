// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.ObjectStore.Made;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Events: made disabled, followed until the cutover is prepared (the gate disables them on the
 * source, so that their state is not read after that), and given their state at the opening.
 */
public final class Events {
  private static final Pattern STATE =
      Pattern.compile(
          "ON COMPLETION (?:NOT )?PRESERVE"
              + " (ENABLE|DISABLE ON SLAVE|DISABLE ON REPLICA|DISABLE)\\b");

  /** Enabled, such an event would run at once: on the source it has run, or was to. */
  private static final String PAST =
      "SELECT event_schema, event_name FROM information_schema.events"
          + " WHERE event_type = 'ONE TIME' AND UTC_TIMESTAMP()"
          + " >= COALESCE(CONVERT_TZ(execute_at, time_zone, '+00:00'), execute_at)";

  private final SchemaSession source;
  private final SchemaSession target;
  private final Catalog catalog;
  private final Set<SchemaOption> options;

  Events(SchemaSession source, SchemaSession target, Catalog catalog, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.catalog = catalog;
    this.options = options;
  }

  /** Events in scope that may fire on this server: what the gate has to stop. */
  public static List<TableId> enabled(Connection connection, Catalog catalog) throws SQLException {
    return Sql.list(
            connection,
            "SELECT event_schema, event_name FROM information_schema.events"
                + " WHERE status = 'ENABLED' ORDER BY 1, 2",
            row -> new TableId(row.getString(1), row.getString(2)))
        .stream()
        .filter(catalog::covers)
        .toList();
  }

  /** Makes the target's events those of the source as they are now, disabled. */
  void sync(long epoch) {
    List<SchemaObject> now =
        source
            .with(
                "reading events",
                connection -> new ProgramReader(catalog, source.name()).events(connection))
            .stream()
            .map(object -> Definers.keep(object, options))
            .toList();
    target.fenced(
        epoch,
        "creating events",
        connection -> {
          for (SchemaObject event : settle(connection, now)) {
            target.checkEpoch(connection, epoch);
            ObjectStore.mark(connection, event, Made.YES);
            make(connection, event);
          }
          return 0;
        });
  }

  private List<SchemaObject> settle(Connection connection, List<SchemaObject> now)
      throws SQLException {
    Map<String, SchemaObject> before = new HashMap<>();
    ObjectStore.made(connection, Kind.EVENT).forEach(e -> before.put(e.toString(), e));
    TargetContent there =
        TargetContent.read(connection, now.stream().map(SchemaObject::database).toList());
    List<SchemaObject> wanted = new ArrayList<>();
    for (SchemaObject event : now) {
      Optional<SchemaObject> known = Optional.ofNullable(before.remove(event.toString()));
      if (known.equals(Optional.of(event)) && there.holds(event)) {
        continue;
      }
      if (known.isPresent()) {
        Programs.drop(connection, event);
      }
      ObjectStore.save(connection, event);
      wanted.add(event);
    }
    for (SchemaObject gone : before.values()) {
      Programs.drop(connection, gone);
      ObjectStore.remove(connection, gone);
    }
    return wanted;
  }

  private void make(Connection connection, SchemaObject event) throws SQLException {
    // An event whose time has passed would not be made at all; for this session it is long ago.
    SchemaSession.setWherePossible(connection, "timestamp = 86400");
    try {
      ObjectSettings.make(connection, event.withText(disabled(event.text())));
    } catch (SQLException e) {
      throw target.translate(e, "creating " + event);
    } finally {
      SchemaSession.setWherePossible(connection, "timestamp = DEFAULT");
    }
  }

  /** The statement with its state replaced. */
  static String disabled(String create) {
    Matcher state = STATE.matcher(SqlText.outsideHead(create));
    if (!state.find()) {
      throw new IllegalArgumentException("no event's state in what the server printed");
    }
    return create.substring(0, state.start(1)) + "DISABLE" + create.substring(state.end(1));
  }

  /**
   * Gives the target's events the state that the source's had. Idempotent.
   *
   * @return what could not be, for people
   */
  static List<String> open(SchemaSession target, Connection connection) throws SQLException {
    List<String> notes = new ArrayList<>();
    List<TableId> past = past(connection);
    for (SchemaObject event : ObjectStore.made(connection, Kind.EVENT)) {
      String state = event.fact(Fact.STATE).orElse("DISABLED");
      if (state.equals("ENABLED") && past.contains(event.id())) {
        notes.add(
            event
                + " stays disabled: its time passed while the migration ran; it ran on the source"
                + " unless that was during the cutover");
      } else if (!state.equals("DISABLED")) {
        boolean here = state.equals("ENABLED");
        alter(target, connection, event, here ? " ENABLE" : " DISABLE ON SLAVE");
      }
    }
    return notes;
  }

  /** Those whose one time is over. */
  static List<TableId> past(Connection connection) throws SQLException {
    return Sql.list(connection, PAST, row -> new TableId(row.getString(1), row.getString(2)));
  }

  /**
   * Disables the events that were made here, for a server that is to follow again.
   *
   * @param catalog what is in scope
   */
  static void disable(SchemaSession target, Connection connection, Catalog catalog)
      throws SQLException {
    List<TableId> enabled = enabled(connection, catalog);
    for (SchemaObject event : ObjectStore.made(connection, Kind.EVENT)) {
      if (enabled.contains(event.id())) {
        alter(target, connection, event, " DISABLE");
      }
    }
  }

  /** Without its definer in the statement, the login that runs it would become the definer. */
  static void alter(SchemaSession target, Connection connection, SchemaObject event, String state)
      throws SQLException {
    String alter =
        "ALTER" + Definers.clause(event.text()) + " EVENT " + Quoting.table(event.id()) + state;
    try {
      ObjectSettings.make(connection, event.withText(alter));
    } catch (SQLException e) {
      throw target.translate(e, "altering " + event);
    }
  }
}
