// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.connection.Quoting;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A column of the target.
 *
 * @param name its name
 * @param typeOid its type's number; comparable with the source's below 16384 only
 * @param modifier its type's modifier, -1 when it has none
 * @param type its type's name without a modifier: assigning to the column applies that, strictly
 * @param arrayType the name of the array type over it; empty when arrays of it cannot be used
 * @param delimiter what stands between the elements of such an array
 * @param trait what is special in writing it
 */
public record TargetColumn(
    String name,
    long typeOid,
    int modifier,
    String type,
    Optional<String> arrayType,
    char delimiter,
    Trait trait) {

  /** What is special in writing a column. */
  public enum Trait {
    ORDINARY,
    /** NOT NULL without a default: an INSERT must name it. */
    REQUIRED,
    /** GENERATED ALWAYS AS IDENTITY: an INSERT may name it (overriding), an UPDATE may not. */
    IDENTITY_ALWAYS,
    /** Computed by the server: never named. */
    GENERATED
  }

  static TargetColumn read(ResultSet row) throws SQLException {
    Trait trait =
        row.getBoolean(9)
            ? Trait.GENERATED
            : row.getBoolean(8)
                ? Trait.IDENTITY_ALWAYS
                : row.getBoolean(7) ? Trait.REQUIRED : Trait.ORDINARY;
    return new TargetColumn(
        row.getString(1),
        row.getLong(2),
        row.getInt(3),
        row.getString(4),
        Optional.ofNullable(row.getString(5)),
        row.getString(6).charAt(0),
        trait);
  }

  String quoted() {
    return Quoting.identifier(name);
  }

  /**
   * The type of a parameter that holds many values. An array of the column's own type is read by
   * the type's own input function, element by element, exactly as the source printed it; a cast
   * from text might go through a cast function that reads differently ("char", xml, a user's own).
   */
  public String parameterType() {
    return arrayType.orElse("text[]");
  }

  /** One value of such a parameter, under its name in the statement. */
  public String value(String alias) {
    return arrayType.isPresent() ? alias : alias + "::" + type;
  }

  public char parameterDelimiter() {
    return arrayType.isPresent() ? delimiter : ',';
  }

  /** Whether the column may not be able to hold what a column of the source holds. */
  boolean differs(int sourceType, int sourceModifier) {
    long source = Integer.toUnsignedLong(sourceType);
    boolean builtIn = source < FIRST_USER_OID && typeOid < FIRST_USER_OID;
    return builtIn && !TypeFit.fits(source, sourceModifier, typeOid, modifier);
  }

  /** Numbers below are assigned by PostgreSQL itself, the same in every version (transam.h). */
  private static final long FIRST_USER_OID = 16384;
}
