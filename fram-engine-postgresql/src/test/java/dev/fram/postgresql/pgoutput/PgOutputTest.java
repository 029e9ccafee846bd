// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages as the manual's "Logical Replication Message Formats" lays them out. */
class PgOutputTest {
  private static byte[] hex(String... parts) {
    return HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  @Test
  void aTransactionsEnds() {
    byte[] begin = hex("42", "00000001 b374d848", "0000000000000000", "fffffffe");
    assertThat(PgOutput.kind(begin)).isEqualTo(PgOutput.Kind.BEGIN);
    assertThat(PgOutput.begin(begin))
        .isEqualTo(new PgOutput.Begin(0x1_b374_d848L, 946_684_800_000L, -2));
    byte[] commit = hex("43 00", "00000001 b374d848", "00000001 b374d880", "0000000000000000");
    assertThat(PgOutput.commit(commit))
        .isEqualTo(new PgOutput.Commit(0x1_b374_d848L, 0x1_b374_d880L));
  }

  @Test
  void aLayout() {
    byte[] message =
        hex(
            "52 00004001",
            "7300",
            "7400",
            "66",
            "0002",
            "01 696400 00000017 ffffffff",
            "00 7600 00000413 0000000e");
    Relation relation = PgOutput.relation(message);
    assertThat(relation)
        .isEqualTo(
            new Relation(
                0x4001,
                new TableId("s", "t"),
                Relation.Identity.FULL,
                List.of(
                    new Relation.Column("id", true, 23, -1),
                    new Relation.Column("v", false, 1043, 14))));
    assertThat(relation.indexOf("v")).isEqualTo(1);
    assertThat(relation.indexOf("x")).isEqualTo(-1);
    assertThat(PgOutput.relation(hex("52 00004001", "00", "7400", "64", "0000")).table())
        .isEqualTo(new TableId("pg_catalog", "t"));
  }

  @Test
  void rows() {
    byte[] row = TupleSamples.bytes("1", null, TupleSamples.HOLE, "ä");
    byte[] old = TupleSamples.bytes("2", null, "x", "");
    RowMessage.Insert insert = (RowMessage.Insert) PgOutput.row(join(hex("49 00004001 4e"), row));
    assertThat(insert.relation()).isEqualTo(0x4001);
    assertThat(insert.row().text(0)).isEqualTo("1");
    assertThat(insert.row().isNull(1)).isTrue();
    assertThat(insert.row().isHole(2)).isTrue();
    assertThat(insert.row().text(3)).isEqualTo("ä");
    RowMessage.Update plain = (RowMessage.Update) PgOutput.row(join(hex("55 00004001 4e"), row));
    assertThat(plain.old()).isEmpty();
    RowMessage.Update full =
        (RowMessage.Update) PgOutput.row(join(hex("55 00004001 4f"), old, hex("4e"), row));
    Tuple before = full.old().orElseThrow();
    assertThat(before.text(0)).isEqualTo("2");
    Tuple filled = full.row().filledFrom(before, new int[] {0, 1, 2, 3});
    assertThat(filled.text(2)).isEqualTo("x");
    assertThat(filled.text(0)).isEqualTo("1");
    assertThat(filled.hasHoles()).isFalse();
    assertThat(filled.isNull(1)).isTrue();
    RowMessage.Delete delete = (RowMessage.Delete) PgOutput.row(join(hex("44 00004001 4b"), old));
    assertThat(delete.old().text(3)).isEmpty();
  }

  @Test
  void truncate() {
    byte[] message = hex("54 00000002 03 00004001 00004002");
    assertThat(PgOutput.truncate(message).relations()).containsExactly(0x4001, 0x4002);
  }

  @Test
  void whatIsNotOfThisProtocolIsRefused() {
    assertThatThrownBy(() -> PgOutput.kind(hex("53"))).isInstanceOf(FramException.class);
    assertThatThrownBy(() -> PgOutput.row(hex("49 00004001 4f"))).isInstanceOf(FramException.class);
    assertThatThrownBy(() -> PgOutput.row(hex("49 00004001 4e 0001 62 00000000")))
        .isInstanceOf(FramException.class);
    assertThat(PgOutput.kind(hex("4d"))).isEqualTo(PgOutput.Kind.OTHER);
  }
}
