// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lists a database's objects in one snapshot of the catalogs, with a session of its own. Knows
 * nothing of how they are migrated; only what the user has left out. Usable from any thread.
 */
public final class PostgresInventory {
  private static final String EXTENSION_TABLES =
      """
      SELECT DISTINCT 'pg_class'::regclass AS classid, c.oid AS objid, c.oid AS relation,
        0::oid AS other, 'WITH_THE_INDEXES' AS due, 0::oid AS owner, '' AS definition
      FROM pg_extension e CROSS JOIN LATERAL unnest(e.extconfig) t (oid)
      JOIN pg_class c ON c.oid = t.oid AND c.relkind = 'r'
      """;

  private static final String NO_MEMBER =
      " AND NOT EXISTS (SELECT 1 FROM pg_depend m WHERE m.classid = x.classid"
          + " AND m.objid = x.objid AND m.deptype = 'e')";

  private static final String LARGE_OBJECT = "large object";
  private static final String OWNER = "owner";

  /** Every kind that belongs to the whole server begins so. */
  private static final String ROLE = "role";

  private final Connector connector;
  private final Side side;
  private final Scope scope;
  private final Set<SchemaOption> options;

  private PostgresInventory(
      Connector connector, Side side, Scope scope, Set<SchemaOption> options) {
    this.connector = connector;
    this.side = side;
    this.scope = scope;
    this.options = Set.copyOf(options);
  }

  public static PostgresInventory ofSource(
      Connector connector, Scope scope, Set<SchemaOption> options) {
    return new PostgresInventory(connector, Side.SOURCE, scope, options);
  }

  public static PostgresInventory ofTarget(Connector connector) {
    return new PostgresInventory(connector, Side.TARGET, Scope.all(), Set.of());
  }

  /** An object of a catalog, for what is said of it. */
  private record Place(long catalog, long oid) {}

  /** What follows from the object that something is said of. */
  private record Said(long relation, ObjectFact.Due due) {}

  /**
   * Every object.
   *
   * @param other the other server's major version
   */
  public List<ObjectFact> read(int other) {
    Connection connection = connector.open("inventory");
    try (connection) {
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      // A view's text is read under a lock on what it reads.
      Sql.run(connection, "SET LOCAL lock_timeout = '1s'");
      Reading reading =
          new Reading(
              connection, new Printing(connection.getMetaData().getDatabaseMajorVersion(), other));
      List<ObjectFact> found = reading.all();
      connection.rollback();
      return found;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, connector.name(), "listing the objects");
    }
  }

  /** One list in the making. */
  private final class Reading {
    private final Connection connection;
    private final Printing printing;
    private final String hash;
    private final LeftOut leftOut;
    private final Map<Place, Said> places = new HashMap<>();
    private final List<ObjectFact> found = new ArrayList<>();

    Reading(Connection connection, Printing printing) throws SQLException {
      this.connection = connection;
      this.printing = printing;
      String encoding = Connector.keepsAnyBytes(connection) ? "SQL_ASCII" : "UTF8";
      this.hash =
          "CASE coalesce(:x, '') WHEN '' THEN '' ELSE"
              + " left(encode(sha256(convert_to(:x, '"
              + encoding
              + "')), 'hex'), 32) END";
      this.leftOut = side == Side.SOURCE ? LeftOut.read(connection, scope) : LeftOut.none();
    }

    List<ObjectFact> all() throws SQLException {
      for (String query : ObjectQueries.of(printing)) {
        objects(query, NO_MEMBER);
      }
      objects(EXTENSION_TABLES, "");
      for (String query : attachments()) {
        attached(query);
      }
      found.addAll(UnknownObjects.read(connection));
      return found;
    }

    private List<String> attachments() throws SQLException {
      return List.of(
          AttachmentQueries.COMMENTS,
          AttachmentQueries.LABELS,
          AttachmentQueries.ROW_SECURITY,
          AttachmentQueries.TABLESPACES,
          AttachmentQueries.SETTINGS,
          AttachmentQueries.SUBSCRIPTIONS,
          AttachmentQueries.LARGE_OBJECTS,
          AttachmentQueries.replicaIdentities(register()),
          AttachmentQueries.defaultPrivileges(printing),
          AttachmentQueries.grants(printing),
          RoleQueries.of(side, printing));
    }

    private AttachmentQueries.Register register() throws SQLException {
      boolean present =
          Sql.number(
                  connection,
                  "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                      + " WHERE n.nspname = 'fram' AND c.relname = 'identity'"
                      + " AND has_table_privilege(c.oid, 'SELECT')")
              > 0;
      return present ? AttachmentQueries.Register.PRESENT : AttachmentQueries.Register.ABSENT;
    }

    private void objects(String query, String condition) throws SQLException {
      String sql =
          "SELECT x.classid::oid::bigint, x.objid::bigint, i.type, coalesce(i.schema, ''),"
              + " i.identity, x.relation::bigint, x.other::bigint, x.due,"
              + " CASE WHEN x.owner = 0 THEN '' ELSE pg_get_userbyid(x.owner)::text END, "
              + hash.replace(":x", "x.definition")
              + ", n.nspname, t.relname FROM ("
              + query
              + ") x CROSS JOIN LATERAL pg_identify_object(x.classid, x.objid, 0) i"
              + " LEFT JOIN pg_class t ON x.classid = 'pg_class'::regclass AND t.oid = x.objid"
              + "  AND t.relkind = 'r'"
              + " LEFT JOIN pg_namespace n ON n.oid = t.relnamespace"
              + " WHERE i.type IS NOT NULL"
              + condition;
      Sql.list(connection, sql, Row::object).forEach(this::object);
    }

    private void object(Row row) {
      places.put(row.place(), row.said());
      Optional<String> out =
          leftOut.reason(row.said().relation()).or(() -> leftOut.reason(row.other()));
      ObjectFact.Due due = row.said().due();
      found.add(
          new ObjectFact(
              row.id(), row.definition(), row.rows(), due, ObjectFact.Reach.DATABASE, out));
      if (!row.owner().isEmpty()) {
        ObjectFact.Id of = new ObjectFact.Id(OWNER, row.id().schema(), "of " + row.id());
        found.add(
            new ObjectFact(
                of,
                row.owner(),
                Optional.empty(),
                due,
                ObjectFact.Reach.DATABASE,
                out.or(() -> option(OWNER))));
      }
    }

    private void attached(String query) throws SQLException {
      String sql =
          "SELECT x.classid::oid::bigint, x.objid::bigint, x.kind, x.schema, x.name, "
              + hash.replace(":x", "x.text")
              + ", x.due FROM ("
              + query
              + ") x (classid, objid, kind, schema, name, text, due)";
      Sql.list(connection, sql, Attachment::read).forEach(this::attachment);
    }

    private void attachment(Attachment said) {
      Said of = places.getOrDefault(said.place(), new Said(0, ObjectFact.Due.WITH_THE_INDEXES));
      String kind = said.id().kind();
      found.add(
          new ObjectFact(
              said.id(),
              said.definition(),
              Optional.empty(),
              said.due().orElseGet(() -> due(said.id(), of)),
              kind.startsWith(ROLE) ? ObjectFact.Reach.SERVER : ObjectFact.Reach.DATABASE,
              leftOut.reason(of.relation()).or(() -> option(kind))));
    }
  }

  /** One row of {@link ObjectQueries}. */
  private record Row(
      Place place,
      ObjectFact.Id id,
      Said said,
      long other,
      String owner,
      String definition,
      Optional<TableId> rows) {
    static Row object(ResultSet row) throws SQLException {
      String schema = row.getString(11);
      return new Row(
          new Place(row.getLong(1), row.getLong(2)),
          new ObjectFact.Id(row.getString(3), row.getString(4), row.getString(5)),
          new Said(row.getLong(6), ObjectFact.Due.valueOf(row.getString(8))),
          row.getLong(7),
          row.getString(9),
          row.getString(10),
          Optional.ofNullable(row.getString(12)).map(name -> new TableId(schema, name)));
    }
  }

  /** One row of {@link AttachmentQueries}. */
  private record Attachment(
      Place place, ObjectFact.Id id, String definition, Optional<ObjectFact.Due> due) {
    static Attachment read(ResultSet row) throws SQLException {
      return new Attachment(
          new Place(row.getLong(1), row.getLong(2)),
          new ObjectFact.Id(row.getString(3), row.getString(4), row.getString(5)),
          row.getString(6),
          Optional.of(row.getString(7)).filter(due -> !due.isEmpty()).map(ObjectFact.Due::valueOf));
    }
  }

  /** Comments and grants come with their object, or a little later. */
  private static ObjectFact.Due due(ObjectFact.Id id, Said said) {
    boolean late = id.name().startsWith("on " + LARGE_OBJECT);
    return late
        ? ObjectFact.Due.AT_THE_CUTOVER
        : said.due() == ObjectFact.Due.WITH_THE_TABLES
            ? ObjectFact.Due.WITH_THE_INDEXES
            : said.due();
  }

  private Optional<String> option(String kind) {
    Optional<SchemaOption> option =
        switch (kind) {
          case "comment" -> Optional.of(SchemaOption.NO_COMMENTS);
          case "grant", "revoke", "default acl" -> Optional.of(SchemaOption.NO_PRIVILEGES);
          case OWNER -> Optional.of(SchemaOption.NO_OWNER);
          case "tablespace" -> Optional.of(SchemaOption.NO_TABLESPACES);
          default -> kind.startsWith(ROLE) ? Optional.of(SchemaOption.NO_ROLES) : Optional.empty();
        };
    return option
        .filter(options::contains)
        .map(o -> "--" + o.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }
}
