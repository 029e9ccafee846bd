// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import java.nio.charset.StandardCharsets;

record TestPosition(long at) implements Position {
  @Override
  public boolean covers(Position other) {
    return at >= ((TestPosition) other).at;
  }

  @Override
  public String text() {
    return Long.toString(at);
  }

  static Position parse(String text) {
    return new TestPosition(Long.parseLong(text));
  }

  static FeedEvent begin(long millis) {
    return new FeedEvent.Begin(millis, bytes("x" + millis));
  }

  static FeedEvent row(String text) {
    return new FeedEvent.Row(bytes(text));
  }

  static FeedEvent commit(long at) {
    return new FeedEvent.Commit(new TestPosition(at), bytes("c"));
  }

  static FeedEvent idle(long at) {
    return new FeedEvent.Idle(new TestPosition(at));
  }

  static String show(FeedEvent event) {
    return event.getClass().getSimpleName()
        + ":"
        + new String(event.payload(), StandardCharsets.UTF_8)
        + switch (event) {
          case FeedEvent.Commit c -> "@" + c.end().text();
          case FeedEvent.Idle i -> "@" + i.reached().text();
          case FeedEvent.Begin b -> "@" + b.committedAtMillis();
          case FeedEvent.Row r -> "";
          case FeedEvent.Truncate t -> "";
          case FeedEvent.SchemaChange s -> "";
          case FeedEvent.Statement s -> "";
        };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
