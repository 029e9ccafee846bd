// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.postgresql.catalog.Column;
import java.util.List;
import java.util.Set;

/**
 * The types whose binary form is the same in PostgreSQL 13 to 18 and holds no object ids of the
 * server: base types and their arrays, by the object ids of pg_type.dat, which never change. A
 * table with any other column is copied as text. money is left out of the array list for nothing
 * but rarity; reg* types are object ids; numeric's Infinity (14+) is refused by a 13 in either
 * format.
 */
final class BinaryTypes {
  private static final Set<Long> BASE =
      Set.of(
          16L, 17L, 18L, 19L, 20L, 21L, 23L, 25L,
          26L, // bool bytea char name int8 int2 int4 text oid
          28L, 29L, 114L, 142L, 600L, 601L, 602L, 603L, 604L, // xid cid json xml point .. polygon
          628L, 650L, 700L, 701L, 718L, 774L, 790L, 829L, 869L, // line cidr float circle mac money
          1042L, 1043L, 1082L, 1083L, 1114L, 1184L, 1186L, 1266L, // bpchar varchar date .. timetz
          1560L, 1562L, 1700L, 2950L, 3220L, 3614L, 3615L, 3802L, 5069L); // bit .. uuid jsonb xid8

  private static final Set<Long> ARRAYS =
      Set.of(
          1000L, 1001L, 1002L, 1003L, 1005L, 1007L, 1009L, 1014L, 1015L, 1016L, 1021L, 1022L, 1028L,
          1040L, 1041L, 1115L, 1182L, 1183L, 1185L, 1187L, 1231L, 1270L, 1561L, 1563L, 199L, 2951L,
          3807L, 651L);

  private BinaryTypes() {}

  /** Whether these columns can go in binary, being of the same types on both sides. */
  static boolean cover(List<Column> source, List<Column> target) {
    for (Column column : source) {
      boolean same =
          target.stream()
              .anyMatch(t -> t.name().equals(column.name()) && t.typeOid() == column.typeOid());
      if (!same || !(BASE.contains(column.typeOid()) || ARRAYS.contains(column.typeOid()))) {
        return false;
      }
    }
    return true;
  }
}
