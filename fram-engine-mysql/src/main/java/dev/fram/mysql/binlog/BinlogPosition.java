// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.change.Position;
import java.util.Optional;

/**
 * A point in a source's binary log. Servers with GTIDs give sets, the others (and MariaDB) give
 * file and offset, which mean something on that one server only.
 *
 * <p>A prepared XA transaction whose outcome is open is behind the point as far as covering goes
 * (its rows count only when it commits), but a feed that starts here must read it again: so each
 * kind says from where to restart.
 */
public sealed interface BinlogPosition extends Position {

  /**
   * A set of transactions.
   *
   * @param executed everything up to here
   * @param open the part of {@code executed} that is prepared XA transactions without an outcome:
   *     asked for again on a restart
   */
  record Gtids(GtidSet executed, GtidSet open) implements BinlogPosition {
    private static final String PREFIX = "gtid:";
    private static final String OPEN = ";open=";

    public Gtids(GtidSet executed) {
      this(executed, GtidSet.EMPTY);
    }

    @Override
    public boolean covers(Position other) {
      return other instanceof Gtids theirs && executed.contains(theirs.executed);
    }

    /** What a feed that starts here tells the server it has. */
    public GtidSet restart() {
      return executed.minus(open);
    }

    @Override
    public String text() {
      return PREFIX + executed + (open.isEmpty() ? "" : OPEN + open);
    }
  }

  /**
   * A place in a file.
   *
   * @param at everything before it
   * @param server the server's server_uuid, or MariaDB's server_id: whose file it is
   * @param restart where the oldest prepared XA transaction without an outcome begins, when there
   *     is one: a feed reads from there, but gives out only what lies behind {@code at}
   * @param gtids MariaDB, where its own replica is led: the same place as that one knows it
   */
  record File(LogPoint at, String server, Optional<LogPoint> restart, Optional<DomainGtids> gtids)
      implements BinlogPosition {
    private static final String PREFIX = "file:";
    private static final String SERVER = ";server=";
    private static final String RESTART = ";restart=";
    private static final String GTIDS = ";gtids=";

    public File(LogPoint at, String server) {
      this(at, server, Optional.empty(), Optional.empty());
    }

    /** The same place, also known by these. */
    public File with(DomainGtids known) {
      return new File(at, server, restart, Optional.of(known));
    }

    /** A place in another server's log is never covered: nothing is known about its order. */
    @Override
    public boolean covers(Position other) {
      return other instanceof File theirs
          && server.equals(theirs.server)
          && at.compareTo(theirs.at) >= 0;
    }

    @Override
    public String text() {
      return PREFIX
          + at.text()
          + SERVER
          + server
          + restart.map(r -> RESTART + r.text()).orElse("")
          + gtids.map(g -> GTIDS + g).orElse("");
    }
  }

  /**
   * Reads {@link #text()} back.
   *
   * @throws IllegalArgumentException when it is not a position of this engine
   */
  static BinlogPosition parse(String text) {
    if (text.startsWith(Gtids.PREFIX)) {
      String[] parts = text.substring(Gtids.PREFIX.length()).split(Gtids.OPEN, 2);
      return new Gtids(
          GtidSet.parse(parts[0]), parts.length == 2 ? GtidSet.parse(parts[1]) : GtidSet.EMPTY);
    }
    int server = text.indexOf(File.SERVER);
    if (!text.startsWith(File.PREFIX) || server < 0) {
      throw new IllegalArgumentException("not a position in a binary log: " + text);
    }
    String[] known = text.substring(server + File.SERVER.length()).split(File.GTIDS, 2);
    String[] parts = known[0].split(File.RESTART, 2);
    return new File(
        LogPoint.parse(text.substring(File.PREFIX.length(), server)),
        parts[0],
        parts.length == 2 ? Optional.of(LogPoint.parse(parts[1])) : Optional.empty(),
        known.length == 2 ? Optional.of(DomainGtids.parse(known[1])) : Optional.empty());
  }
}
