// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.inventory;

import java.util.List;

/** Views, routines, triggers, events; the columns are those of {@link TableQueries}. */
final class ProgramQueries {
  private static final String VIEWS =
      """
      SELECT 'view', TABLE_SCHEMA, TABLE_NAME, TABLE_NAME,
        CONCAT_WS(' ', VIEW_DEFINITION, CHECK_OPTION, SECURITY_TYPE, CHARACTER_SET_CLIENT,
          COLLATION_CONNECTION), 'WITH_THE_INDEXES'
      FROM information_schema.VIEWS WHERE :own(TABLE_SCHEMA)
      """;

  // A program's text may end with the semicolon of the script that it came from.
  private static final String ROUTINES =
      """
      SELECT LOWER(r.ROUTINE_TYPE), r.ROUTINE_SCHEMA, r.ROUTINE_NAME, r.ROUTINE_NAME,
        CONCAT_WS(' ', r.DTD_IDENTIFIER, TRIM(TRAILING ';' FROM r.ROUTINE_DEFINITION),
          r.IS_DETERMINISTIC, r.SQL_DATA_ACCESS, r.SECURITY_TYPE, r.SQL_MODE,
          r.CHARACTER_SET_CLIENT, r.COLLATION_CONNECTION, r.DATABASE_COLLATION,
          (SELECT GROUP_CONCAT(CONCAT_WS(' ', p.PARAMETER_MODE, p.PARAMETER_NAME, p.DTD_IDENTIFIER)
             ORDER BY p.ORDINAL_POSITION SEPARATOR ', ')
           FROM information_schema.PARAMETERS p WHERE p.SPECIFIC_SCHEMA = r.ROUTINE_SCHEMA
             AND p.SPECIFIC_NAME = r.SPECIFIC_NAME AND p.ROUTINE_TYPE = r.ROUTINE_TYPE)),
        'WITH_THE_INDEXES'
      FROM information_schema.ROUTINES r WHERE :own(r.ROUTINE_SCHEMA)
      """;

  private static final String TRIGGERS =
      """
      SELECT 'trigger', TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_OBJECT_TABLE,
        CONCAT_WS(' ', ACTION_TIMING, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_ORDER,
          TRIM(TRAILING ';' FROM ACTION_STATEMENT), SQL_MODE, CHARACTER_SET_CLIENT,
          COLLATION_CONNECTION, DATABASE_COLLATION), 'AT_THE_CUTOVER'
      FROM information_schema.TRIGGERS WHERE :own(TRIGGER_SCHEMA)
      """;

  private static final String EVENTS =
      """
      SELECT 'event', EVENT_SCHEMA, EVENT_NAME, EVENT_NAME,
        CONCAT_WS(' ', TRIM(TRAILING ';' FROM EVENT_DEFINITION), EVENT_TYPE, EXECUTE_AT,
          INTERVAL_VALUE, INTERVAL_FIELD, STARTS, ENDS, ON_COMPLETION, TIME_ZONE, SQL_MODE,
          CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION), 'AT_THE_CUTOVER'
      FROM information_schema.EVENTS WHERE :own(EVENT_SCHEMA)
      """;

  /** Whether it is switched on; one whose only time has passed is off, whatever it says. */
  private static final String EVENT_STATES =
      """
      SELECT 'event state', EVENT_SCHEMA, EVENT_NAME, EVENT_NAME,
        CASE STATUS WHEN 'ENABLED' THEN 'ENABLED' WHEN 'DISABLED' THEN 'DISABLED' ELSE 'REPLICA' END,
        'AT_THE_CUTOVER'
      FROM information_schema.EVENTS WHERE :own(EVENT_SCHEMA) AND NOT (EVENT_TYPE = 'ONE TIME'
        AND COALESCE(CONVERT_TZ(EXECUTE_AT, TIME_ZONE, '+00:00'), EXECUTE_AT) <= UTC_TIMESTAMP())
      """;

  private static final String COMMENTS =
      """
      SELECT 'comment', ROUTINE_SCHEMA,
        CONCAT('on ', LOWER(ROUTINE_TYPE), ' ', ROUTINE_SCHEMA, '.', ROUTINE_NAME), ROUTINE_NAME, ROUTINE_COMMENT,
        'WITH_THE_INDEXES'
      FROM information_schema.ROUTINES WHERE ROUTINE_COMMENT <> '' AND :own(ROUTINE_SCHEMA)
      UNION ALL
      SELECT 'comment', EVENT_SCHEMA, CONCAT('on event ', EVENT_SCHEMA, '.', EVENT_NAME), EVENT_NAME, EVENT_COMMENT,
        'AT_THE_CUTOVER'
      FROM information_schema.EVENTS WHERE EVENT_COMMENT <> '' AND :own(EVENT_SCHEMA)
      """;

  private static final String DEFINERS =
      """
      SELECT 'definer', TABLE_SCHEMA, CONCAT('of view ', TABLE_SCHEMA, '.', TABLE_NAME), TABLE_NAME, DEFINER,
        'WITH_THE_INDEXES'
      FROM information_schema.VIEWS WHERE :own(TABLE_SCHEMA)
      UNION ALL
      SELECT 'definer', ROUTINE_SCHEMA, CONCAT('of ', LOWER(ROUTINE_TYPE), ' ', ROUTINE_SCHEMA, '.', ROUTINE_NAME),
        ROUTINE_NAME, DEFINER, 'WITH_THE_INDEXES'
      FROM information_schema.ROUTINES WHERE :own(ROUTINE_SCHEMA)
      UNION ALL
      SELECT 'definer', TRIGGER_SCHEMA, CONCAT('of trigger ', TRIGGER_SCHEMA, '.', TRIGGER_NAME), EVENT_OBJECT_TABLE,
        DEFINER, 'AT_THE_CUTOVER'
      FROM information_schema.TRIGGERS WHERE :own(TRIGGER_SCHEMA)
      UNION ALL
      SELECT 'definer', EVENT_SCHEMA, CONCAT('of event ', EVENT_SCHEMA, '.', EVENT_NAME), EVENT_NAME, DEFINER,
        'AT_THE_CUTOVER'
      FROM information_schema.EVENTS WHERE :own(EVENT_SCHEMA)
      """;

  private ProgramQueries() {}

  static List<String> all() {
    return List.of(VIEWS, ROUTINES, TRIGGERS, EVENTS, EVENT_STATES, COMMENTS, DEFINERS);
  }
}
