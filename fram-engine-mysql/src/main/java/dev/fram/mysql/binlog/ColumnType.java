// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

/** The types' numbers in the protocol and the log (the server's {@code enum_field_types}). */
public final class ColumnType {
  public static final int DECIMAL_OLD = 0;
  public static final int TINY = 1;
  public static final int SHORT = 2;
  public static final int LONG = 3;
  public static final int FLOAT = 4;
  public static final int DOUBLE = 5;
  public static final int TIMESTAMP_OLD = 7;
  public static final int LONGLONG = 8;
  public static final int INT24 = 9;
  public static final int DATE = 10;
  public static final int TIME_OLD = 11;
  public static final int DATETIME_OLD = 12;
  public static final int YEAR = 13;
  public static final int VARCHAR = 15;
  public static final int BIT = 16;
  public static final int TIMESTAMP = 17;
  public static final int DATETIME = 18;
  public static final int TIME = 19;
  public static final int MARIADB_BLOB_COMPRESSED = 140;
  public static final int MARIADB_VARCHAR_COMPRESSED = 141;
  public static final int VECTOR = 242;
  public static final int JSON = 245;
  public static final int DECIMAL = 246;
  public static final int ENUM = 247;
  public static final int SET = 248;
  public static final int BLOB = 252;
  public static final int VAR_STRING = 253;
  public static final int STRING = 254;
  public static final int GEOMETRY = 255;

  private ColumnType() {}
}
