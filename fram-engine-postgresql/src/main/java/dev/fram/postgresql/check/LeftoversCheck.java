// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Slots, publications and schemas of an earlier run: a forgotten slot fills the source's disk. */
final class LeftoversCheck implements Question {
  @Override
  public String code() {
    return "leftovers";
  }

  @Override
  public String about() {
    return "Slots, publications and schemas of an earlier run: a forgotten slot fills the source's disk.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<Finding> findings = new ArrayList<>();
    List<String> slots =
        source.texts(
            "SELECT slot_name || ' (' || COALESCE(pg_size_pretty(pg_wal_lsn_diff("
                + "pg_current_wal_lsn(), restart_lsn)), 'no log') || CASE WHEN active THEN ', active'"
                + " ELSE '' END || ')' FROM pg_replication_slots WHERE starts_with(slot_name, 'fram')"
                + " ORDER BY 1");
    List<String> publications =
        source.texts(
            "SELECT pubname FROM pg_publication WHERE starts_with(pubname, 'fram') ORDER BY 1");
    // A schema of the user's is none of ours to speak of.
    boolean register =
        source.is("SELECT to_regnamespace('fram') IS NOT NULL")
            && OwnSchemaCheck.foreign(source).isEmpty();
    boolean begun = servers.target().is("SELECT to_regclass('fram.migration') IS NOT NULL");
    String what =
        source.name()
            + ": slots "
            + Servers.some(slots)
            + "; publications "
            + Servers.some(publications)
            + (register ? "; schema fram" : "");
    if (slots.isEmpty() && publications.isEmpty() && !register) {
      return pass(source.name() + ": nothing is left of an earlier run.");
    }
    findings.addAll(
        begun
            ? info(what + ". They belong to the migration that the target records.")
            : warn(
                what + ". The target knows of no migration.",
                "If no other migration uses them: SELECT pg_drop_replication_slot('..');"
                    + " DROP PUBLICATION ..;"
                    + (register ? " DROP SCHEMA fram CASCADE." : "")));
    return findings;
  }
}
