// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.inventory;

import dev.fram.mysql.connection.Flavor;
import java.util.List;

/**
 * Tables and what belongs to them. All queries have the same columns: kind; database; name; the
 * table or program that a pattern names, when it is another; the text that is compared, empty where
 * only presence is; when it is due. {@code :own} stands for the condition that a column's database
 * is a user's. MariaDB compares these names without their case: what is grouped is grouped by its
 * bytes.
 */
final class TableQueries {
  static final String DATABASES =
      """
      SELECT 'database', SCHEMA_NAME, SCHEMA_NAME, '',
        CONCAT_WS(' ', DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME), 'WITH_THE_TABLES'
      FROM information_schema.SCHEMATA WHERE :own(SCHEMA_NAME)
      """;

  /** Their columns are added by who reads this. */
  static final String TABLES =
      """
      SELECT 'table', TABLE_SCHEMA, TABLE_NAME, TABLE_NAME,
        CONCAT_WS(' ', TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS), 'WITH_THE_INDEXES'
      FROM information_schema.TABLES
      WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND :own(TABLE_SCHEMA)
      """;

  static final String SEQUENCES =
      """
      SELECT 'sequence', TABLE_SCHEMA, TABLE_NAME, TABLE_NAME, '', 'WITH_THE_INDEXES'
      FROM information_schema.TABLES WHERE TABLE_TYPE = 'SEQUENCE' AND :own(TABLE_SCHEMA)
      """;

  private static final String COUNTERS =
      """
      SELECT 'auto-increment counter', TABLE_SCHEMA, TABLE_NAME, TABLE_NAME, '', 'WITH_THE_INDEXES'
      FROM information_schema.TABLES
      WHERE AUTO_INCREMENT IS NOT NULL AND TABLE_TYPE <> 'SEQUENCE' AND :own(TABLE_SCHEMA)
      """;

  private static final String PARTITIONS =
      """
      SELECT 'partition', TABLE_SCHEMA,
        CONCAT_WS('.', TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME), TABLE_NAME,
        CONCAT_WS(' ', PARTITION_METHOD, PARTITION_EXPRESSION, PARTITION_DESCRIPTION,
          SUBPARTITION_METHOD, SUBPARTITION_EXPRESSION), 'WITH_THE_INDEXES'
      FROM information_schema.PARTITIONS WHERE PARTITION_NAME IS NOT NULL AND :own(TABLE_SCHEMA)
      """;

  private static final String INDEXES =
      """
      SELECT 'index', MAX(TABLE_SCHEMA), CONCAT(MAX(TABLE_NAME), '.', MAX(INDEX_NAME)), MAX(TABLE_NAME),
        CONCAT(MAX(NON_UNIQUE), ' ', MAX(INDEX_TYPE), ' ', MAX(:shown), ' ',
          GROUP_CONCAT(CONCAT_WS(' ', COLUMN_NAME, COLLATION, SUB_PART, :expression)
            ORDER BY SEQ_IN_INDEX SEPARATOR ', ')), 'WITH_THE_INDEXES'
      FROM information_schema.STATISTICS WHERE :own(TABLE_SCHEMA)
      GROUP BY CAST(TABLE_SCHEMA AS BINARY), CAST(TABLE_NAME AS BINARY), INDEX_NAME
      """;

  private static final String FOREIGN_KEYS =
      """
      SELECT 'foreign key', MAX(k.TABLE_SCHEMA),
        CONCAT(MAX(k.TABLE_NAME), '.', MAX(k.CONSTRAINT_NAME)), MAX(k.TABLE_NAME),
        CONCAT(MAX(r.UPDATE_RULE), ' ', MAX(r.DELETE_RULE), ' ',
          MAX(k.REFERENCED_TABLE_SCHEMA), '.', MAX(k.REFERENCED_TABLE_NAME), ' ',
          GROUP_CONCAT(CONCAT_WS(' ', k.COLUMN_NAME, k.REFERENCED_COLUMN_NAME)
            ORDER BY k.ORDINAL_POSITION SEPARATOR ', ')), 'WITH_THE_CONSTRAINTS'
      FROM information_schema.KEY_COLUMN_USAGE k
      JOIN information_schema.REFERENTIAL_CONSTRAINTS r
        ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
        AND r.TABLE_NAME = k.TABLE_NAME
        AND CAST(r.TABLE_NAME AS BINARY) = CAST(k.TABLE_NAME AS BINARY)
      WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND :own(k.TABLE_SCHEMA)
      GROUP BY CAST(k.TABLE_SCHEMA AS BINARY), CAST(k.TABLE_NAME AS BINARY), k.CONSTRAINT_NAME
      """;

  private static final String CHECKS =
      """
      SELECT 'check constraint', c.CONSTRAINT_SCHEMA, CONCAT(t.TABLE_NAME, '.', c.CONSTRAINT_NAME),
        t.TABLE_NAME, CONCAT_WS(' ', c.CHECK_CLAUSE, :enforced), 'WITH_THE_INDEXES'
      FROM information_schema.CHECK_CONSTRAINTS c
      JOIN information_schema.TABLE_CONSTRAINTS t ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA
        AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK' :table
      WHERE :own(c.CONSTRAINT_SCHEMA)
      """;

  private static final String COMMENTS =
      """
      SELECT 'comment', TABLE_SCHEMA, CONCAT('on table ', TABLE_SCHEMA, '.', TABLE_NAME), TABLE_NAME, TABLE_COMMENT,
        'WITH_THE_INDEXES'
      FROM information_schema.TABLES
      WHERE TABLE_COMMENT <> '' AND TABLE_TYPE <> 'VIEW' AND :own(TABLE_SCHEMA)
      UNION ALL
      SELECT 'comment', TABLE_SCHEMA, CONCAT('on column ', TABLE_SCHEMA, '.', TABLE_NAME, '.', COLUMN_NAME),
        TABLE_NAME, COLUMN_COMMENT, 'WITH_THE_INDEXES'
      FROM information_schema.COLUMNS WHERE COLUMN_COMMENT <> '' AND :own(TABLE_SCHEMA)
        AND (TABLE_SCHEMA, TABLE_NAME) NOT IN
          (SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.VIEWS)
      UNION ALL
      SELECT 'comment', TABLE_SCHEMA, CONCAT('on index ', TABLE_SCHEMA, '.', TABLE_NAME, '.', INDEX_NAME),
        TABLE_NAME, INDEX_COMMENT, 'WITH_THE_INDEXES'
      FROM information_schema.STATISTICS
      WHERE INDEX_COMMENT <> '' AND SEQ_IN_INDEX = 1 AND :own(TABLE_SCHEMA)
      UNION ALL
      SELECT 'comment', TABLE_SCHEMA,
        CONCAT_WS('.', CONCAT('on partition ', TABLE_SCHEMA, '.', TABLE_NAME), PARTITION_NAME, SUBPARTITION_NAME),
        TABLE_NAME, PARTITION_COMMENT, 'WITH_THE_INDEXES'
      FROM information_schema.PARTITIONS
      WHERE PARTITION_NAME IS NOT NULL AND PARTITION_COMMENT <> '' AND :own(TABLE_SCHEMA)
      """;

  private TableQueries() {}

  static List<String> of(Flavor flavor) {
    return switch (flavor) {
      case MYSQL -> ofMySql();
      case MARIADB -> ofMariaDb();
    };
  }

  private static List<String> ofMySql() {
    return List.of(
        COUNTERS,
        PARTITIONS,
        INDEXES.replace(":shown", "IS_VISIBLE").replace(":expression", "EXPRESSION"),
        FOREIGN_KEYS,
        CHECKS.replace(":enforced", "t.ENFORCED").replace(":table", ""),
        COMMENTS);
  }

  /** A check's name is the table's own business there. */
  private static List<String> ofMariaDb() {
    return List.of(
        COUNTERS,
        PARTITIONS,
        INDEXES.replace(":shown", "IGNORED").replace(":expression", "NULL"),
        FOREIGN_KEYS,
        CHECKS
            .replace(":enforced", "c.LEVEL")
            .replace(":table", "AND CAST(t.TABLE_NAME AS BINARY) = CAST(c.TABLE_NAME AS BINARY)"),
        COMMENTS);
  }

  /** Every column of a table in one text: database, table, text. */
  static String columns(Flavor flavor) {
    String more =
        switch (flavor) {
          case MYSQL -> ", SRS_ID";
          case MARIADB -> "";
        };
    return """
    SELECT MAX(TABLE_SCHEMA), MAX(TABLE_NAME), GROUP_CONCAT(CONCAT_WS(' ', COLUMN_NAME, COLUMN_TYPE,
        IS_NULLABLE, COLUMN_DEFAULT, CHARACTER_SET_NAME, COLLATION_NAME, EXTRA,
        GENERATION_EXPRESSION:more) ORDER BY ORDINAL_POSITION SEPARATOR '\\n')
    FROM information_schema.COLUMNS WHERE :own(TABLE_SCHEMA)
    GROUP BY CAST(TABLE_SCHEMA AS BINARY), CAST(TABLE_NAME AS BINARY)
    """
        .replace(":more", more);
  }
}
