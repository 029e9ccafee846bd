// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.replica;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Both ends of the replication: role and slot on the source, subscription and turnstile on the
 * target. Stateless.
 *
 * @param role the role on the source
 * @param where how the target reaches the source
 * @param feed names the publication and the subscription
 */
public record Replica(ReplicaRole role, ConnectionText where, FeedName feed) {

  /** What the slot is called that is kept for the subscription; Fram reads from another one. */
  public static FeedName slot(FeedName feed) {
    return new FeedName(feed.id(), feed.text() + "_sub");
  }

  /**
   * Makes what is missing, and lets the worker go as far as it was told.
   *
   * @param session on the target, in auto-commit mode
   */
  public void prepare(Connection session, Connector target) throws SQLException {
    Subscription subscription = new Subscription(session, target.name(), feed);
    Subscription.Source source =
        new Subscription.Source(role, where, slot(feed).text(), feed.text());
    if (subscription.exists()) {
      start();
      subscription.renew(source);
    } else {
      Lsn start = start();
      if (Turnstile.told(session).filter(told -> !told.upto().equals(start)).isPresent()) {
        throw Subscription.gone(target.name());
      }
      subscription.make(source, start, new Turnstile(session));
    }
    subscription.follow();
  }

  /**
   * Asks the source whether the subscription's slot still keeps what is needed.
   *
   * @throws FramException LOG_LOST
   */
  public void requireLog() {
    start();
  }

  /**
   * Where nobody has read from the slot yet, it stands where its snapshot was taken.
   *
   * @throws FramException LOG_LOST where there is none any more
   */
  private Lsn start() {
    Connector source = role.source();
    Connection session = source.open("replica");
    try {
      return Sql.first(
              session,
              "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = ?"
                  + " AND confirmed_flush_lsn IS NOT NULL AND wal_status <> 'lost'",
              row -> Lsn.parse(row.getString(1)),
              slot(feed).text())
          .orElseThrow(() ->
              new FramException(
                  ErrorCode.LOG_LOST,
                  source.name()
                      + ": replication slot "
                      + slot(feed).text()
                      + ", which the target's subscription reads, is gone, or the source has given"
                      + " up its log.",
                  "Changes are missing that no other place has: run fram cancel and begin again,"
                      + " with --feed=native from its beginning; see max_slot_wal_keep_size."));
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "looking at the subscription's slot");
    } finally {
      Connector.abort(session);
    }
  }
}
