// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.pgoutput;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads messages. Stateless: what a row means, {@link Relation} messages before it say. */
public final class PgOutput {
  private PgOutput() {}

  /** What a message is. */
  public enum Kind {
    BEGIN,
    COMMIT,
    RELATION,
    ROW,
    TRUNCATE,
    /** Says nothing about rows: origin, type, logical message. */
    OTHER
  }

  /**
   * A transaction begins.
   *
   * @param commitLsn where its commit record begins
   * @param committedAtMillis the source's clock, milliseconds since 1970
   * @param xid the lower 32 bits of its number
   */
  public record Begin(long commitLsn, long committedAtMillis, int xid) {}

  /**
   * A transaction ends.
   *
   * @param commitLsn where its commit record begins
   * @param endLsn where that ends: the position it leads to
   */
  public record Commit(long commitLsn, long endLsn) {}

  /**
   * Tables were emptied by one statement.
   *
   * @param relations their {@link Relation#oid}
   */
  public record Truncate(List<Integer> relations) {}

  private static final long MICROS_TO_2000 = 946_684_800_000_000L;

  public static Kind kind(byte[] message) {
    return switch (message[0]) {
      case 'B' -> Kind.BEGIN;
      case 'C' -> Kind.COMMIT;
      case 'R' -> Kind.RELATION;
      case 'I', 'U', 'D' -> Kind.ROW;
      case 'T' -> Kind.TRUNCATE;
      case 'O', 'Y', 'M' -> Kind.OTHER;
      default -> throw malformed("a message of type '" + (char) message[0] + "'");
    };
  }

  /** The {@link Relation#oid} of a row's table; nothing else of the row is read. */
  public static int table(byte[] message) {
    return after(message, (char) message[0]).int32();
  }

  public static Begin begin(byte[] message) {
    MessageReader in = after(message, 'B');
    long commitLsn = in.int64();
    long micros = in.int64() + MICROS_TO_2000;
    return new Begin(commitLsn, Math.floorDiv(micros, 1000L), in.int32());
  }

  public static Commit commit(byte[] message) {
    MessageReader in = after(message, 'C');
    in.int8(); // flags, unused by the protocol
    return new Commit(in.int64(), in.int64());
  }

  public static Relation relation(byte[] message) {
    MessageReader in = after(message, 'R');
    int oid = in.int32();
    String schema = in.text();
    String name = in.text();
    Relation.Identity identity = identity(in.letter());
    int count = in.int16();
    List<Relation.Column> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      boolean key = (in.int8() & 1) != 0;
      columns.add(new Relation.Column(in.text(), key, in.int32(), in.int32()));
    }
    // The server leaves the schema out when it is the catalog's (logicalrep_write_namespace).
    String schemaName = schema.isEmpty() ? "pg_catalog" : schema;
    return new Relation(oid, new TableId(schemaName, name), identity, columns);
  }

  public static RowMessage row(byte[] message) {
    MessageReader in = new MessageReader(message);
    char type = in.letter();
    int relation = in.int32();
    return switch (type) {
      case 'I' -> {
        expect(in.letter(), 'N');
        yield new RowMessage.Insert(relation, in.tuple());
      }
      case 'U' -> update(in, relation);
      case 'D' -> {
        in.letter(); // K or O: the relation's identity says the same
        yield new RowMessage.Delete(relation, in.tuple());
      }
      default -> throw malformed("a row of type '" + type + "'");
    };
  }

  public static Truncate truncate(byte[] message) {
    MessageReader in = after(message, 'T');
    int count = in.int32();
    in.int8(); // CASCADE and RESTART IDENTITY: the list is complete, sequences move at the cutover
    List<Integer> relations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      relations.add(in.int32());
    }
    return new Truncate(relations);
  }

  static FramException malformed(String what) {
    return new FramException(
        ErrorCode.FEED_INVALID,
        "The source's change stream holds " + what + ", which protocol version 1 does not know.",
        "Report this with the source's exact version; the source is unharmed.");
  }

  private static RowMessage update(MessageReader in, int relation) {
    char next = in.letter();
    Optional<Tuple> old = Optional.empty();
    if (next == 'K' || next == 'O') {
      old = Optional.of(in.tuple());
      next = in.letter();
    }
    expect(next, 'N');
    return new RowMessage.Update(relation, old, in.tuple());
  }

  private static Relation.Identity identity(char letter) {
    return switch (letter) {
      case 'd' -> Relation.Identity.DEFAULT;
      case 'n' -> Relation.Identity.NOTHING;
      case 'f' -> Relation.Identity.FULL;
      case 'i' -> Relation.Identity.INDEX;
      default -> throw malformed("a replica identity '" + letter + "'");
    };
  }

  private static MessageReader after(byte[] message, char type) {
    MessageReader in = new MessageReader(message);
    expect(in.letter(), type);
    return in;
  }

  private static void expect(char seen, char wanted) {
    if (seen != wanted) {
      throw malformed("'" + seen + "' where '" + wanted + "' belongs");
    }
  }
}
