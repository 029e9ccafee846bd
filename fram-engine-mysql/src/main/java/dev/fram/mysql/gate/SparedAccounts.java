// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.mysql.schema.SourceAccounts.Account;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Accounts of a managed server's provider, which no application logs in with: they stay as they are
 * when the server is closed, and so do their sessions. A provider lets nobody lock them.
 *
 * @param accounts which
 */
public record SparedAccounts(List<Account> accounts) {
  /** RDS and Aurora (AWS, "Master user account privileges"); its name is kept for them there. */
  private static final Account RDS = new Account("rdsadmin", "localhost");

  public SparedAccounts {
    accounts = Stream.concat(Stream.of(RDS), accounts.stream()).distinct().toList();
  }

  /**
   * Those that an operator has named, {@code user@host}, and the known ones.
   *
   * @param named without a host it is {@code %}, as in SQL
   */
  public static SparedAccounts named(Collection<String> named) {
    return new SparedAccounts(named.stream().map(SparedAccounts::account).toList());
  }

  private static Account account(String text) {
    int at = text.lastIndexOf('@');
    return at < 0
        ? new Account(text, "%")
        : new Account(text.substring(0, at), text.substring(at + 1));
  }

  /** Whether it is one of them, {@code user@host}. */
  public boolean has(String named) {
    return has(account(named));
  }

  boolean has(Account account) {
    return accounts.stream()
        .anyMatch(spared ->
            spared.user().equals(account.user()) && spared.host().equalsIgnoreCase(account.host()));
  }

  /** Whether one of them has this name. */
  boolean names(String user) {
    return accounts.stream().anyMatch(spared -> spared.user().equals(user));
  }

  /**
   * Whether a session is one of theirs. The server tells of a session who it is and from where, not
   * by which account: an account for every host is believed only when nobody else has its name.
   *
   * @param others the server's other accounts
   */
  boolean owns(String user, String host, List<Account> others) {
    int port = host.lastIndexOf(':');
    String from = port < 0 ? host : host.substring(0, port);
    return accounts.stream()
        .filter(spared -> spared.user().equals(user))
        .anyMatch(spared ->
            spared.host().equalsIgnoreCase(from)
                || (spared.host().equals("%")
                    && others.stream().noneMatch(other -> other.user().equals(user))));
  }
}
