// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.postgresql.feed.Lsn;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.StopMode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Makes a throw-away server go on with another transaction id, as pg_resetwal -x does (which the
 * embedded programs do not have): the next id stands in the control file and in the checkpoint that
 * a clean shutdown writes last; both carry a checksum (pg_control.h, xlogrecord.h).
 */
final class XidJump {
  private static final int PAGE = 8192;
  private static final long SEGMENT = 16L << 20;
  private static final int RECORD_HEADER = 24;
  private static final int DATA_HEADER = 2;
  private static final int CRC_IN_RECORD = 20;
  private static final int CHECKPOINT_AT = 32;
  private static final int CHECKPOINT_COPY = 40;
  private static final int NEXT_XID = 24;
  private static final int OLDEST_XID = 44;

  /** A page of the commit log holds so many; the first of a page needs no file to be there. */
  private static final long A_PAGE_OF_XIDS = 32_768;

  private XidJump() {}

  /** Leaves less than 200 ids before the first of the second epoch. */
  static void toTheEndOfTheEpoch(PostgresServer server) throws SQLException, IOException {
    for (String database : List.of("postgres", "template1")) {
      server.execute(database, "VACUUM FREEZE");
    }
    // The last checkpoint then stands alone at the beginning of a file.
    server.execute("postgres", "SELECT pg_switch_wal()");
    server.stop(StopMode.FAST);
    rewrite(server.dataFolder(), (1L << 32) - A_PAGE_OF_XIDS);
    server.start();
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "DO $$ BEGIN WHILE pg_snapshot_xmax(pg_current_snapshot())::text::bigint < 4294967100"
              + " LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
    }
  }

  private static void rewrite(Path data, long nextXid) throws IOException {
    Path control = data.resolve("global/pg_control");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(control)).order(ByteOrder.LITTLE_ENDIAN);
    int crcAt = checksum(bytes);
    put(bytes, CHECKPOINT_COPY, nextXid);
    bytes.putInt(crcAt, crc(bytes.array(), 0, crcAt));
    long checkpoint = bytes.getLong(CHECKPOINT_AT);
    try (RandomAccessFile file = new RandomAccessFile(control.toFile(), "rw")) {
      file.write(bytes.array());
    }
    rewriteRecord(data, checkpoint, nextXid);
  }

  private static void rewriteRecord(Path data, long checkpoint, long nextXid) throws IOException {
    long segment = checkpoint / SEGMENT;
    String name =
        "%08X%08X%08X".formatted(1, segment >> 8, segment & 0xFF); // 256 files of 16 MB a number
    try (RandomAccessFile file =
        new RandomAccessFile(data.resolve("pg_wal").resolve(name).toFile(), "rw")) {
      long at = checkpoint % SEGMENT;
      byte[] page = new byte[(int) (PAGE - at % PAGE)];
      file.seek(at);
      file.readFully(page);
      ByteBuffer record = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
      int length = record.getInt(0);
      if (length > page.length || recordCrc(page, length) != record.getInt(CRC_IN_RECORD)) {
        throw new IOException("no whole checkpoint at " + new Lsn(checkpoint) + " in " + name);
      }
      put(record, RECORD_HEADER + DATA_HEADER, nextXid);
      record.putInt(CRC_IN_RECORD, recordCrc(page, length));
      file.seek(at);
      file.write(page, 0, length);
    }
  }

  private static void put(ByteBuffer bytes, int checkpoint, long nextXid) {
    bytes.putLong(checkpoint + NEXT_XID, nextXid);
    // What is older was frozen; were it left, the server would see a wraparound and refuse.
    bytes.putInt(checkpoint + OLDEST_XID, (int) (nextXid - 1_000));
  }

  /** The record's data first, then its header up to the checksum. */
  private static int recordCrc(byte[] record, int length) {
    CRC32C crc = new CRC32C();
    crc.update(record, RECORD_HEADER, length - RECORD_HEADER);
    crc.update(record, 0, CRC_IN_RECORD);
    return (int) crc.getValue();
  }

  /** Where the checksum of everything before it stands: each version has another place. */
  private static int checksum(ByteBuffer control) throws IOException {
    for (int at = 200; at < 400; at += 4) {
      if (crc(control.array(), 0, at) == control.getInt(at)) {
        return at;
      }
    }
    throw new IOException("the control file has no checksum");
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }
}
