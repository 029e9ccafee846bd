// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

/** PostgreSQL's, with an advisory lock. */
final class PostgresStops implements JournalStops.Words {
  private static final long KEY = 4_711;
  private static final String WAITING =
      "SELECT l.pid, replace(a.application_name, 'stop: ', '') FROM pg_locks l"
          + " JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.objid = "
          + KEY
          + " AND NOT l.granted AND l.mode = '%s'";

  @Override
  public String triggers() {
    return """
    CREATE FUNCTION fram.stop() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$
      DECLARE step text :=
        TG_OP || ' ' || coalesce(to_jsonb(NEW) ->> 'step', to_jsonb(NEW) ->> 'phase');
      BEGIN
        PERFORM set_config('application_name', left('stop: ' || step, 63), true);
        PERFORM pg_advisory_xact_lock_shared(%d);
        RETURN NEW;
      END $$;
    CREATE TRIGGER stop BEFORE INSERT OR UPDATE ON fram.journal
      FOR EACH ROW EXECUTE FUNCTION fram.stop();
    CREATE TRIGGER stop BEFORE UPDATE ON fram.migration
      FOR EACH ROW WHEN (OLD.phase <> NEW.phase) EXECUTE FUNCTION fram.stop();
    """
        .formatted(KEY);
  }

  @Override
  public String lock() {
    return "SELECT pg_advisory_lock(" + KEY + ")";
  }

  @Override
  public String unlock() {
    return "SELECT pg_advisory_unlock(" + KEY + ")";
  }

  @Override
  public String waiting() {
    return WAITING.formatted("ShareLock");
  }

  @Override
  public String queued() {
    return WAITING.formatted("ExclusiveLock");
  }

  @Override
  public String end(long session) {
    return "SELECT pg_terminate_backend(" + session + ", 10000)";
  }
}
