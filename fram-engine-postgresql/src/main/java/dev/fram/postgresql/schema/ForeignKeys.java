// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.schema.SourceFacts.ForeignKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Foreign keys: added unvalidated (a lock of milliseconds), validated afterwards (a lock that lets
 * writers go on). They may exist during apply only where Fram's sessions can switch their triggers
 * off; elsewhere they come under the gate. Partitioned tables take no NOT VALID before 18: there
 * the whole table is checked as it is added.
 */
final class ForeignKeys {
  private static final String LATE = "late-key:";
  private static final int TRIES = 5;
  private static final int NOT_VALID_ON_PARTITIONED = 18;

  private final LoadedSchema schema;
  private final TargetScript target;

  ForeignKeys(LoadedSchema schema, TargetScript target) {
    this.schema = schema;
    this.target = target;
  }

  /** Before the cutover: as far as they may exist while changes are applied. */
  void add(long epoch, Consumer<String> progress) {
    boolean possible = target.transaction("trying what is allowed", ForeignKeys::applyIgnoresThem);
    if (!possible) {
      progress.accept(
          target.name()
              + ": session_replication_role cannot be set; foreign keys are added at the cutover");
      return;
    }
    int major = majorVersion();
    for (Map.Entry<TocEntry, List<TocEntry>> entry : entries().entrySet()) {
      ForeignKey key = key(entry.getKey());
      addOne(epoch, major, entry.getKey(), entry.getValue())
          .ifPresent(why -> progress.accept(later(key, why)));
    }
    validate(epoch).forEach(progress);
  }

  /** Under the gate, in the caller's transaction: whatever is missing and can be added at once. */
  void addMissing(Connection connection) throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    for (Map.Entry<TocEntry, List<TocEntry>> entry : entries().entrySet()) {
      ForeignKey key = key(entry.getKey());
      if (!key.partitioned() || major >= NOT_VALID_ON_PARTITIONED) {
        if (addHere(connection, major, entry.getKey(), entry.getValue())) {
          ArchiveStore.record(connection, LATE + entry.getKey().dumpId(), key.name());
        }
      }
    }
  }

  /** Takes away again what {@link #addMissing} added: its checks would hit what is applied next. */
  void removeLate(Connection connection) throws SQLException {
    Set<String> late = ArchiveStore.withPrefix(connection, LATE);
    for (TocEntry entry : entries().keySet()) {
      String id = String.valueOf(entry.dumpId());
      if (late.contains(id)) {
        ForeignKey key = key(entry);
        try (Statement statement = connection.createStatement()) {
          statement.execute(
              "ALTER TABLE IF EXISTS "
                  + Quoting.table(key.id())
                  + " DROP CONSTRAINT IF EXISTS "
                  + Quoting.identifier(key.name()));
        }
        ArchiveStore.forget(connection, List.of(LATE + id, step(entry)));
      }
    }
  }

  /** Adds what is still missing and validates; returns what could not be, with the reason. */
  List<String> validate(long epoch) {
    List<String> open = new ArrayList<>();
    boolean mayAdd =
        target.transaction("looking", c -> ArchiveStore.detail(c, "finish").isPresent());
    int major = majorVersion();
    for (Map.Entry<TocEntry, List<TocEntry>> entry : entries().entrySet()) {
      ForeignKey key = key(entry.getKey());
      if (mayAdd) {
        addOne(epoch, major, entry.getKey(), entry.getValue())
            .ifPresent(why -> open.add(later(key, why)));
      }
      if (key.validated()) {
        validateOne(epoch, key).ifPresent(why -> open.add(later(key, why)));
      }
    }
    return open;
  }

  private static String step(TocEntry entry) {
    return "entry:" + entry.dumpId();
  }

  private Optional<String> addOne(long epoch, int major, TocEntry entry, List<TocEntry> followers) {
    ForeignKey key = key(entry);
    return guarded(
        epoch,
        "adding foreign key " + key.name() + " to " + key.id(),
        connection -> addHere(connection, major, entry, followers));
  }

  private boolean addHere(
      Connection connection, int major, TocEntry entry, List<TocEntry> followers)
      throws SQLException {
    if (ArchiveStore.detail(connection, step(entry)).isPresent()) {
      return false;
    }
    ForeignKey key = key(entry);
    if (validated(connection, key).isEmpty()) {
      boolean unvalidated =
          key.validated() && (!key.partitioned() || major >= NOT_VALID_ON_PARTITIONED);
      try (Statement statement = connection.createStatement()) {
        statement.setEscapeProcessing(false);
        statement.execute(
            "ALTER TABLE "
                + (key.partitioned() ? "" : "ONLY ")
                + Quoting.table(key.id())
                + " ADD CONSTRAINT "
                + Quoting.identifier(key.name())
                + " "
                + key.definition()
                + (unvalidated ? " NOT VALID" : ""));
      }
      if (!followers.isEmpty()) {
        TargetScript.run(connection, schema.archive().script(followers));
      }
    }
    ArchiveStore.record(connection, step(entry), key.name());
    return true;
  }

  private Optional<String> validateOne(long epoch, ForeignKey key) {
    return guarded(
        epoch,
        "validating foreign key " + key.name() + " of " + key.id(),
        connection -> {
          Optional<Boolean> validated = validated(connection, key);
          if (validated.isPresent() && !validated.get()) {
            try (Statement statement = connection.createStatement()) {
              statement.execute(
                  "ALTER TABLE "
                      + Quoting.table(key.id())
                      + " VALIDATE CONSTRAINT "
                      + Quoting.identifier(key.name()));
            }
          }
          return true;
        });
  }

  /**
   * Runs it with a short lock timeout, again when the lock was not to be had. A violation is an
   * answer: copy and feed may not have met yet, or the source itself holds such rows.
   */
  private Optional<String> guarded(long epoch, String doing, TargetScript.Work<Boolean> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        target.fenced(
            epoch,
            doing,
            connection -> {
              try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL lock_timeout = '2s'");
              }
              return work.run(connection);
            });
        return Optional.empty();
      } catch (FramException e) {
        boolean violated =
            e.getCause() instanceof SQLException cause && "23503".equals(cause.getSQLState());
        if (violated) {
          return Optional.of(e.seen());
        }
        boolean busy =
            e.code() == ErrorCode.LOCK_TIMEOUT || e.code() == ErrorCode.SERIALIZATION_CONFLICT;
        if (!busy || attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  private Optional<Boolean> validated(Connection connection, ForeignKey key) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT o.convalidated FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE o.contype = 'f' AND n.nspname = ? AND c.relname = ? AND o.conname = ?")) {
      statement.setString(1, key.schema());
      statement.setString(2, key.table());
      statement.setString(3, key.name());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getBoolean(1)) : Optional.empty();
      }
    }
  }

  /** Each key's entry with its comments. */
  private Map<TocEntry, List<TocEntry>> entries() {
    Map<TocEntry, List<TocEntry>> found = new LinkedHashMap<>();
    List<TocEntry> followers = new ArrayList<>();
    for (TocEntry entry : schema.plan().foreignKeys()) {
      if (entry.type().equals("FK CONSTRAINT")) {
        followers = new ArrayList<>();
        found.put(entry, followers);
      } else {
        followers.add(entry);
      }
    }
    return found;
  }

  private ForeignKey key(TocEntry entry) {
    ForeignKey key = schema.facts().foreignKeysByOid().get(entry.oid());
    if (key == null) {
      throw new IllegalStateException("not a foreign key of the source: " + entry.display());
    }
    return key;
  }

  private int majorVersion() {
    return target.transaction(
        "asking for the version", c -> c.getMetaData().getDatabaseMajorVersion());
  }

  private static String later(ForeignKey key, String why) {
    return "foreign key " + key.name() + " of " + key.id() + " is not validated: " + why;
  }

  static boolean applyIgnoresThem(Connection connection) throws SQLException {
    Optional<SQLException> refused =
        Attempt.run(connection, "SET LOCAL session_replication_role = replica");
    if (refused.isPresent() && SqlErrors.code(refused.get()) != ErrorCode.PRIVILEGE_MISSING) {
      throw refused.get();
    }
    return refused.isEmpty();
  }
}
