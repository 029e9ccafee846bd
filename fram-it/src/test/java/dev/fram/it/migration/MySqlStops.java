// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

/** MySQL's and MariaDB's, with a lock by name. */
final class MySqlStops implements JournalStops.Words {
  private static final String WAITING =
      "SELECT ID, INFO FROM information_schema.PROCESSLIST WHERE STATE = 'User lock' AND INFO ";

  @Override
  public String triggers() {
    return """
    CREATE TRIGGER fram.stop_insert BEFORE INSERT ON fram.journal FOR EACH ROW
      SET @stop = GET_LOCK('stop', 600) + RELEASE_LOCK('stop');
    CREATE TRIGGER fram.stop_update BEFORE UPDATE ON fram.journal FOR EACH ROW
      SET @stop = GET_LOCK('stop', 600) + RELEASE_LOCK('stop');
    CREATE TRIGGER fram.stop_phase BEFORE UPDATE ON fram.migration FOR EACH ROW
      SET @stop = IF(OLD.phase <> NEW.phase, GET_LOCK('stop', 600) + RELEASE_LOCK('stop'), 0);
    """;
  }

  @Override
  public String lock() {
    return "SELECT GET_LOCK('stop', 600)";
  }

  @Override
  public String unlock() {
    return "SELECT RELEASE_LOCK('stop')";
  }

  @Override
  public String waiting() {
    return WAITING + "NOT LIKE 'SELECT GET_LOCK%'";
  }

  @Override
  public String queued() {
    return WAITING + "LIKE 'SELECT GET_LOCK%'";
  }

  @Override
  public String end(long session) {
    return "KILL CONNECTION " + session;
  }
}
