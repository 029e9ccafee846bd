// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * Different collations sort and compare text differently: queries may answer in another order, and
 * case mapping may differ.
 */
final class LocaleCheck implements Question {
  @Override
  public String code() {
    return "locale";
  }

  @Override
  public String about() {
    return "Different collations sort and compare text differently: queries may answer in another order, and case mapping may differ.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Server target = servers.target();
    String from = locale(source);
    String to = locale(target);
    if (from.equals(to)) {
      return pass("Both databases have the locale " + from + ".");
    }
    return warn(
        "The source's locale is " + from + ", the target's " + to + ": text may sort differently.",
        "Create the target's database with the same locale and provider, TEMPLATE template0.");
  }

  private static String locale(Server server) throws SQLException {
    String provider =
        switch (server.major()) {
          case 13, 14 -> "'c'";
          case 15, 16 -> "datlocprovider::text || COALESCE(' ' || daticulocale, '')";
          default -> "datlocprovider::text || COALESCE(' ' || datlocale, '')";
        };
    return server.text(
        "SELECT "
            + provider
            + " || ' ' || datcollate || ' ' || datctype FROM pg_database"
            + " WHERE datname = current_database()");
  }
}
