// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a server's catalogs say, one line a fact, read without Fram: what somebody leaves behind is
 * a line more, and what he forgets to put back another line.
 */
final class CatalogLook {
  /** Written by the server itself at any time. */
  private static final String STATISTICS =
      "'{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid,relhastriggers,"
          + "relhasrules,relhasindex,indcheckxmin}'";

  /** Catalogs, and whose object a row belongs to. */
  private static final List<String> OF_OBJECTS =
      List.of(
          "pg_class oid",
          "pg_attribute attrelid",
          "pg_attrdef adrelid",
          "pg_proc oid",
          "pg_trigger tgrelid",
          "pg_constraint oid",
          "pg_index indrelid",
          "pg_event_trigger oid",
          "pg_extension oid",
          "pg_namespace oid",
          "pg_publication oid",
          "pg_publication_rel oid",
          "pg_largeobject_metadata oid",
          "pg_description objoid");

  private static final List<String> OF_SERVER =
      List.of(
          "SELECT 'subscription ' || subname FROM pg_subscription",
          "SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()",
          "SELECT 'origin ' || roname FROM pg_replication_origin",
          "SELECT 'role ' || to_jsonb(r)::text FROM pg_roles r",
          "SELECT 'setting ' || to_jsonb(s)::text FROM pg_db_role_setting s",
          "SELECT 'file ' || name || ' = ' || setting FROM pg_file_settings",
          "SELECT 'database ' || (to_jsonb(d) - '{datfrozenxid,datminmxid}'::text[])::text"
              + " FROM pg_database d WHERE datname = current_database()",
          "SELECT 'prepared ' || gid FROM pg_prepared_xacts WHERE database = current_database()",
          "SELECT 'session ' || application_name FROM pg_stat_activity"
              + " WHERE datname = current_database() AND application_name LIKE 'fram %'");

  private static final List<String> MYSQL =
      List.of(
          "SELECT CONCAT('database ', schema_name) FROM information_schema.schemata",
          "SELECT CONCAT_WS(' ', 'table', table_schema, table_name, engine, create_options)"
              + " FROM information_schema.tables WHERE table_type IN ('BASE TABLE', 'VIEW')",
          "SELECT CONCAT_WS(' ', 'column', table_schema, table_name, column_name, column_type,"
              + " extra) FROM information_schema.columns WHERE table_schema NOT IN"
              + " ('information_schema', 'performance_schema', 'mysql', 'sys')",
          "SELECT CONCAT_WS(' ', 'index', table_schema, table_name, index_name, column_name)"
              + " FROM information_schema.statistics WHERE table_schema NOT IN ('mysql', 'sys')",
          "SELECT CONCAT_WS(' ', 'trigger', trigger_schema, trigger_name)"
              + " FROM information_schema.triggers",
          "SELECT CONCAT_WS(' ', 'event', event_schema, event_name, status)"
              + " FROM information_schema.events",
          "SELECT CONCAT_WS(' ', 'routine', routine_schema, routine_name)"
              + " FROM information_schema.routines",
          "SELECT CONCAT_WS(' ', 'grant', grantee, privilege_type)"
              + " FROM information_schema.user_privileges",
          "SELECT CONCAT_WS(' ', 'grant', grantee, table_schema, privilege_type)"
              + " FROM information_schema.schema_privileges",
          "SELECT CONCAT_WS(' ', 'account', user, host, plugin) FROM mysql.user",
          "SELECT CONCAT_WS(' ', 'settings', @@global.read_only, @@global.event_scheduler,"
              + " @@global.local_infile, @@global.max_allowed_packet, @@global.sql_mode,"
              + " @@global.sync_binlog, @@global.innodb_flush_log_at_trx_commit,"
              + " @@global.foreign_key_checks, @@global.unique_checks,"
              + " @@global.lock_wait_timeout)");

  private CatalogLook() {}

  /** Of a database, and of what it has in its server. */
  static Set<String> postgres(Connection connection) throws SQLException {
    Stream<String> objects =
        OF_OBJECTS.stream()
            .map(catalog -> catalog.split(" ", 2))
            .map(part ->
                "SELECT '%1$s ' || (to_jsonb(x) - %3$s::text[])::text FROM %1$s x WHERE x.%2$s >= 16384"
                    .formatted(part[0], part[1], STATISTICS));
    return lines(connection, Stream.concat(objects, OF_SERVER.stream()).toList());
  }

  /** Of a whole server of MySQL or MariaDB. */
  static Set<String> mysql(Connection connection) throws SQLException {
    return lines(connection, MYSQL);
  }

  private static Set<String> lines(Connection connection, List<String> queries)
      throws SQLException {
    Set<String> found = new TreeSet<>();
    try (Statement statement = connection.createStatement()) {
      for (String query : queries) {
        try (ResultSet rows = statement.executeQuery(query)) {
          while (rows.next()) {
            found.add(rows.getString(1));
          }
        }
      }
    }
    return found;
  }
}
