// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TocEntryTest {
  @Test
  void readsWhatPgRestoreLists() {
    assertThat(TocEntry.parse("3218; 2606 16390 CONSTRAINT public T; x T; x_pkey postgres"))
        .contains(new TocEntry(3218, 2606, 16390, "CONSTRAINT", "public T; x T; x_pkey postgres"));
    assertThat(TocEntry.parse("3226; 0 0 INDEX ATTACH public p1_pkey postgres"))
        .contains(new TocEntry(3226, 0, 0, "INDEX ATTACH", "public p1_pkey postgres"));
    assertThat(TocEntry.parse("2; 3079 16386 EXTENSION - hstore "))
        .contains(new TocEntry(2, 3079, 16386, "EXTENSION", "- hstore"));
    assertThat(TocEntry.parse("9; 1259 1 SOMETHING new public x"))
        .contains(new TocEntry(9, 1259, 1, "SOMETHING", "new public x"));
  }

  @Test
  void leavesCommentsAlone() {
    assertThat(TocEntry.parse("; Archive created at 2026-11-22 18:52:49 UTC")).isEmpty();
    assertThat(TocEntry.parse(";")).isEmpty();
    assertThat(TocEntry.parse("")).isEmpty();
  }
}
