// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.copy;

import java.util.ArrayList;
import java.util.List;

/**
 * What LOAD DATA can do: the client's rows into another client, several ranges at once, secondary
 * keys afterwards. It knows this data set, which has no tab, line end or backslash in a text, so
 * that the client's own form needs no escapes.
 */
final class LoadData {
  private static final int ACCOUNTS = 8;
  private static final int EVENTS = 4;

  private static final String SCHEMA =
      """
      D() { mysql --defaults-extra-file="$DST" --ssl-mode=DISABLED "$@"; }
      mysqldump --defaults-extra-file="$SRC" --ssl-mode=DISABLED --single-transaction --set-gtid-purged=OFF --no-data --databases "$DATABASE" | D
      D "$DATABASE" -e "ALTER TABLE events DROP KEY events_customer, DROP KEY events_created, DROP KEY events_kind; ALTER TABLE documents DROP KEY documents_changed"
      """;

  private static final String INDEXES =
      """
      ls "$DIR"/*.sh | xargs -P "$JOBS" -n 1 sh
      D "$DATABASE" -e "ALTER TABLE documents ADD KEY documents_changed (changed)" &
      D "$DATABASE" -e "ALTER TABLE events ADD KEY events_customer (customer, created), ADD KEY events_created (created), ADD KEY events_kind (kind, amount)"
      wait $!
      """;

  private LoadData() {}

  static String script() {
    List<String> pipes = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      pipes.add(
          pipe(
              pipes,
              "aid, bid, abalance, filler",
              "accounts",
              slice("aid", "accounts", i, ACCOUNTS),
              "(aid, bid, abalance, filler)"));
    }
    for (int i = 0; i < EVENTS; i++) {
      pipes.add(
          pipe(
              pipes,
              "id, customer, kind, amount, payload, trace, created, IFNULL(updated, '\\\\\\\\N'), active,"
                  + " score, day, IFNULL(note, '\\\\\\\\N'), HEX(raw)",
              "events",
              slice("id", "events", i, EVENTS),
              "(id, customer, kind, amount, payload, trace, created, updated, active, score, day,"
                  + " note, @raw) SET raw = UNHEX(@raw)"));
    }
    for (int i = 0; i < EVENTS; i++) {
      String where =
          "id >= UNHEX('%02x') AND id < UNHEX('%s')"
              .formatted(
                  256 * i / EVENTS,
                  i + 1 < EVENTS ? "%02x".formatted(256 * (i + 1) / EVENTS) : "ff".repeat(17));
      pipes.add(
          pipe(
              pipes,
              "HEX(id), title, body, version, changed",
              "documents",
              where,
              "(@id, title, body, version, changed) SET id = UNHEX(@id)"));
    }
    for (String small : List.of("branches", "tellers", "history", "marker")) {
      pipes.add(pipe(pipes, "*", small, "true", ""));
    }
    return SCHEMA + String.join("", pipes) + INDEXES;
  }

  private static String slice(String key, String table, int i, int of) {
    String most = "(SELECT max(%s) FROM %s)".formatted(key, table);
    return "%s > %s * %d DIV %d AND %s <= %s * %d DIV %d"
        .formatted(key, most, i, of, key, most, i + 1, of);
  }

  private static String pipe(
      List<String> before, String columns, String table, String where, String into) {
    return """
    cat >"$DIR/%02d.sh" <<'END'
    set -e
    mysql --defaults-extra-file="$SRC" --ssl-mode=DISABLED --quick --batch --raw -N -e "SELECT %s FROM %s WHERE %s" "$DATABASE" |
    mysql --defaults-extra-file="$DST" --ssl-mode=DISABLED --local-infile=1 -e "SET foreign_key_checks = 0, unique_checks = 0; LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE %s CHARACTER SET %s %s" "$DATABASE"
    END
    """
        .formatted(before.size() + 1, columns, table, where, table, "utf8mb4", into);
  }
}
