// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

/**
 * Whether a built-in type can hold every value of another, unchanged. The target may be wider than
 * the source's layout for a while: when a transaction changes rows before and after its own ALTER
 * TABLE, the target's column is widened before both are applied.
 */
final class TypeFit {
  // pg_type.dat: these numbers never change.
  private static final int INT8 = 20;
  private static final int INT2 = 21;
  private static final int INT4 = 23;
  private static final int TEXT = 25;
  private static final int BPCHAR = 1042;
  private static final int VARCHAR = 1043;
  private static final int TIME = 1083;
  private static final int TIMESTAMP = 1114;
  private static final int TIMESTAMPTZ = 1184;
  private static final int TIMETZ = 1266;
  private static final int VARBIT = 1562;
  private static final int NUMERIC = 1700;

  private TypeFit() {}

  static boolean fits(long source, int sourceModifier, long target, int targetModifier) {
    if (source == target) {
      return sourceModifier == targetModifier
          || holdsModifier((int) target, sourceModifier, targetModifier);
    }
    return targetModifier == -1
        && switch ((int) source) {
          case INT2 -> target == INT4 || target == INT8 || target == NUMERIC;
          case INT4 -> target == INT8 || target == NUMERIC;
          case INT8 -> target == NUMERIC;
          case VARCHAR -> target == TEXT;
          case TEXT -> target == VARCHAR;
          default -> false;
        };
  }

  private static boolean holdsModifier(int type, int source, int target) {
    return switch (type) {
      // Without a length char(n) would lose its padding: the source's next layout has another.
      case VARCHAR, VARBIT, TIME, TIMETZ, TIMESTAMP, TIMESTAMPTZ ->
          target == -1 || (source != -1 && target > source);
      case BPCHAR -> source != -1 && target > source;
      case NUMERIC -> target == -1 || (source != -1 && holdsDigits(source - 4, target - 4));
      default -> false;
    };
  }

  /** numeric.c, make_numeric_typmod: precision in the upper half, scale in eleven bits, signed. */
  private static boolean holdsDigits(int source, int target) {
    int sourceScale = scale(source);
    int targetScale = scale(target);
    // A greater scale prints more zeros: then the values are equal but their texts are not.
    return targetScale == sourceScale && (target >>> 16) >= (source >>> 16);
  }

  private static int scale(int modifier) {
    return ((modifier & 0x7FF) ^ 1024) - 1024;
  }
}
