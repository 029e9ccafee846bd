// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.Function;

/** Events as bytes, for the backlog's files only: no other version of Fram ever reads them. */
final class EventCodec {
  private final Function<String, Position> positions;

  EventCodec(Function<String, Position> positions) {
    this.positions = positions;
  }

  byte[] write(FeedEvent event) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(event.payload().length + 32);
    DataOutputStream out = new DataOutputStream(bytes);
    switch (event) {
      case FeedEvent.Begin begin -> {
        out.writeByte('B');
        out.writeLong(begin.committedAtMillis());
      }
      case FeedEvent.Row row -> out.writeByte('R');
      case FeedEvent.Truncate truncate -> out.writeByte('T');
      case FeedEvent.SchemaChange change -> out.writeByte('S');
      case FeedEvent.Statement statement -> out.writeByte('D');
      case FeedEvent.Commit commit -> {
        out.writeByte('C');
        out.writeUTF(commit.end().text());
      }
      case FeedEvent.Idle idle -> {
        out.writeByte('I');
        out.writeUTF(idle.reached().text());
      }
    }
    out.write(event.payload());
    return bytes.toByteArray();
  }

  FeedEvent read(byte[] record) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
    byte kind = in.readByte();
    return switch (kind) {
      case 'B' -> new FeedEvent.Begin(in.readLong(), in.readAllBytes());
      case 'R' -> new FeedEvent.Row(in.readAllBytes());
      case 'T' -> new FeedEvent.Truncate(in.readAllBytes());
      case 'S' -> new FeedEvent.SchemaChange(in.readAllBytes());
      case 'D' -> new FeedEvent.Statement(in.readAllBytes());
      case 'C' -> new FeedEvent.Commit(positions.apply(in.readUTF()), in.readAllBytes());
      case 'I' -> new FeedEvent.Idle(positions.apply(in.readUTF()));
      default -> throw new IOException("record of unknown kind " + kind);
    };
  }
}
