// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.Optional;

/**
 * A statement that changes definitions, as the source ran it: the payload of {@code
 * FeedEvent.Statement}. Executing it on the target takes the session settings it was run with.
 *
 * @param sql the statement
 * @param database the session's default database, when it had one
 * @param sqlMode the session's sql_mode as a number of bits
 * @param charsets numbers of character_set_client, collation_connection and collation_server; empty
 *     when the log does not say
 * @param timeZone the session's time zone, when the statement depends on it
 * @param at where it stands in the source's log, for people
 */
public record DdlStatement(
    String sql,
    Optional<String> database,
    long sqlMode,
    Optional<Charsets> charsets,
    Optional<String> timeZone,
    String at) {

  /** The session's character set and collations by the server's numbers. */
  public record Charsets(int client, int connection, int server) {}

  public byte[] payload() {
    PayloadWriter out = new PayloadWriter();
    out.text(sql);
    optional(out, database);
    out.number(sqlMode);
    out.number(charsets.isPresent() ? 1 : 0);
    charsets.ifPresent(c -> {
      out.number(c.client);
      out.number(c.connection);
      out.number(c.server);
    });
    optional(out, timeZone);
    out.text(at);
    return out.bytes();
  }

  public static DdlStatement read(byte[] payload) {
    PayloadReader in = new PayloadReader(payload);
    return new DdlStatement(
        in.text(),
        optional(in),
        in.number(),
        in.count() == 0
            ? Optional.empty()
            : Optional.of(new Charsets(in.count(), in.count(), in.count())),
        optional(in),
        in.text());
  }

  private static void optional(PayloadWriter out, Optional<String> text) {
    out.number(text.isPresent() ? 1 : 0);
    text.ifPresent(out::text);
  }

  private static Optional<String> optional(PayloadReader in) {
    return in.count() == 0 ? Optional.empty() : Optional.of(in.text());
  }
}
