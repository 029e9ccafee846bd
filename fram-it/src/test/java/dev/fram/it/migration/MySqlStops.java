// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

/**
 * MySQL's and MariaDB's, with a lock by name. Only the trigger's own statement is seen of a session
 * that waits, so it is the row that tells which step it is: it is there by then, not yet committed.
 */
final class MySqlStops implements JournalStops.Words {
  private static final String WAITING =
      """
      SELECT ID, CASE
          WHEN INFO LIKE 'SET @phase%%' THEN
            (SELECT CONCAT('UPDATE ', phase) FROM fram.migration)
          ELSE
            (SELECT CONCAT(IF(INFO LIKE 'SET @insert%%', 'INSERT ', 'UPDATE '), step)
              FROM fram.journal ORDER BY sequence DESC LIMIT 1)
        END
        FROM information_schema.PROCESSLIST WHERE STATE = 'User lock' AND INFO %s
      """;

  @Override
  public String triggers() {
    return """
    SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
    CREATE TRIGGER fram.stop_insert AFTER INSERT ON fram.journal FOR EACH ROW
      SET @insert = GET_LOCK('stop', 600) + RELEASE_LOCK('stop');
    CREATE TRIGGER fram.stop_update AFTER UPDATE ON fram.journal FOR EACH ROW
      SET @update = GET_LOCK('stop', 600) + RELEASE_LOCK('stop');
    CREATE TRIGGER fram.stop_phase AFTER UPDATE ON fram.migration FOR EACH ROW
      SET @phase = IF(OLD.phase <> NEW.phase, GET_LOCK('stop', 600) + RELEASE_LOCK('stop'), 0);
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
    return WAITING.formatted("NOT LIKE 'SELECT GET_LOCK%'");
  }

  @Override
  public String queued() {
    return WAITING.formatted("LIKE 'SELECT GET_LOCK%'");
  }

  @Override
  public String end(long session) {
    return "KILL CONNECTION " + session;
  }
}
