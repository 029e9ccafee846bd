// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.Endpoint;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asked with --feed=native: whether the target can follow by a subscription, led by Fram. */
final class SubscriptionCheck implements Question {
  /** Of a name that is taken back at once. */
  private static final String TRIED = "fram_check_subscription";

  private static final List<String> FUNCTIONS =
      List.of(
          "pg_replication_origin_session_is_setup()",
          "pg_replication_origin_session_progress(boolean)",
          "pg_replication_origin_progress(text, boolean)");

  @Override
  public String code() {
    return "native-subscription";
  }

  @Override
  public String about() {
    return "With --feed=native the target follows by a subscription: Fram's logins must be allowed to make it and the"
        + " role that it logs in with, and both servers need room for it. Tried.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> found = new ArrayList<>();
    boolean begun = servers.target().is("SELECT to_regclass('fram.subscription') IS NOT NULL");
    found.addAll(role(servers.source()));
    found.addAll(connect(servers.source()));
    found.addAll(subscribing(servers.target()));
    found.addAll(origins(servers.target()));
    if (!begun) {
      found.addAll(roomAtSource(servers.source()));
      found.addAll(roomAtTarget(servers.target()));
    }
    found.addAll(certificate(servers.source().connector().endpoint()));
    if (found.isEmpty()) {
      found.addAll(
          pass(
              "Fram may make a subscription on the target, and a role for it on the source. Whether the"
                  + " target's machine reaches the source was not tried."));
    }
    return found;
  }

  private List<Finding> role(Server source) throws SQLException {
    Optional<SQLException> refused =
        source.attempt("CREATE ROLE " + TRIED + " NOLOGIN REPLICATION");
    if (refused.isEmpty()) {
      return List.of();
    }
    String remedy =
        source.major() >= 16
            ? "ALTER ROLE "
                + source.text("SELECT quote_ident(current_user)")
                + " CREATEROLE REPLICATION. Or leave out --feed=native."
            : "Before PostgreSQL 16 only a superuser may make a role with REPLICATION: give one as the"
                + " source's login, or leave out --feed=native.";
    return fail(
        source.name()
            + ": the role that the subscription logs in with cannot be made: "
            + SqlErrors.message(refused.get())
            + ".",
        remedy);
  }

  private List<Finding> connect(Server source) throws SQLException {
    return source.is("SELECT has_database_privilege('public', current_database(), 'CONNECT')")
        ? List.of()
        : fail(
            source.name()
                + ": not everybody may connect to the database, and Fram gives its role no privilege.",
            "GRANT CONNECT ON DATABASE ... TO PUBLIC for the migration, or leave out --feed=native.");
  }

  private List<Finding> subscribing(Server target) throws SQLException {
    Optional<SQLException> refused =
        target.attempt(
            "CREATE SUBSCRIPTION "
                + TRIED
                + " CONNECTION 'dbname=none user=none password=none' PUBLICATION "
                + TRIED
                + " WITH (connect = false, enabled = false, slot_name = NONE)");
    if (refused.isEmpty()) {
      return List.of();
    }
    String login = target.text("SELECT quote_ident(current_user)");
    String remedy =
        target.major() >= 16
            ? "GRANT pg_create_subscription TO "
                + login
                + "; GRANT CREATE ON DATABASE "
                + target.text("SELECT quote_ident(current_database())")
                + " TO "
                + login
                + ". Or leave out --feed=native."
            : "Before PostgreSQL 16 only a superuser may make one: give one as the target's login, or"
                + " leave out --feed=native.";
    return fail(
        target.name()
            + ": a subscription cannot be made: "
            + SqlErrors.message(refused.get())
            + ".",
        remedy);
  }

  private List<Finding> origins(Server target) throws SQLException {
    List<String> missing = new ArrayList<>();
    for (String function : FUNCTIONS) {
      if (!target.is("SELECT has_function_privilege(?, 'EXECUTE')", "pg_catalog." + function)) {
        missing.add(function);
      }
    }
    return missing.isEmpty()
        ? List.of()
        : fail(
            target.name()
                + ": how far the subscription is cannot be asked: no EXECUTE on "
                + String.join(", ", missing)
                + ".",
            "GRANT EXECUTE ON FUNCTION "
                + String.join(", ", missing)
                + " TO "
                + target.text("SELECT quote_ident(current_user)")
                + ", as a superuser, or leave out --feed=native.");
  }

  /** Fram reads the log beside the subscription, from a slot of its own. */
  private List<Finding> roomAtSource(Server source) throws SQLException {
    List<Finding> found = new ArrayList<>();
    long slots =
        source.numberSetting("max_replication_slots")
            - source.number("SELECT count(*) FROM pg_replication_slots");
    if (slots < 2) {
      found.addAll(
          fail(
              source.name()
                  + ": "
                  + Math.max(0, slots)
                  + " replication slots are free; two are needed.",
              "Raise max_replication_slots and restart, or drop a slot that nobody needs."));
    }
    long senders =
        source.numberSetting("max_wal_senders")
            - source.number("SELECT count(*) FROM pg_stat_replication");
    if (senders < 2) {
      found.addAll(
          fail(
              source.name()
                  + ": "
                  + Math.max(0, senders)
                  + " WAL senders are free; two are needed.",
              "Raise max_wal_senders and restart the server."));
    }
    return found;
  }

  private List<Finding> roomAtTarget(Server target) throws SQLException {
    List<Finding> found = new ArrayList<>();
    long workers =
        target.numberSetting("max_logical_replication_workers")
            - target.number("SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL");
    if (workers < 1) {
      found.addAll(
          fail(
              target.name() + ": no logical replication worker is free; one is needed.",
              "Raise max_logical_replication_workers (and max_worker_processes) and restart the"
                  + " server."));
    }
    String name = target.major() >= 18 ? "max_active_replication_origins" : "max_replication_slots";
    long origins =
        target.numberSetting(name) - target.number("SELECT count(*) FROM pg_replication_origin");
    if (origins < 1) {
      found.addAll(
          fail(
              target.name() + ": no replication origin is free (" + name + "); one is needed.",
              "Raise " + name + " and restart the server."));
    }
    return found;
  }

  List<Finding> certificate(Endpoint source) {
    String mode = source.parameters().getOrDefault("sslmode", "prefer");
    return mode.startsWith("verify")
        ? warn(
            "--source says sslmode="
                + mode
                + "; the subscription encrypts and does not look at the certificate, whose authority"
                + " the target's machine does not know.",
            "Leave out --feed=native where the way between the two servers may not be trusted.")
        : List.of();
  }
}
