// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's product and version, as the server itself says when a session opens.
 *
 * @param flavor which product
 * @param major the first number
 * @param minor the second
 * @param patch the third
 * @param text the whole text, for people
 */
public record ServerVersion(Flavor flavor, int major, int minor, int patch, String text) {
  // Old MariaDB servers put 5.5.5- in front, for old replicas.
  private static final Pattern FORM =
      Pattern.compile("(?:5\\.5\\.5-)?(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*", Pattern.DOTALL);

  /** Reads the text of {@code VERSION()}. */
  public static ServerVersion parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not a server's version: " + text);
    }
    Flavor flavor = text.contains("MariaDB") ? Flavor.MARIADB : Flavor.MYSQL;
    int patch = form.group(3) == null ? 0 : Integer.parseInt(form.group(3));
    return new ServerVersion(
        flavor, Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)), patch, text);
  }

  /** Whether it is this version or a later one; of its own product. */
  public boolean atLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }

  public boolean isMariaDb() {
    return flavor == Flavor.MARIADB;
  }

  /** {@code MySQL 8.0.33}. */
  @Override
  public String toString() {
    return flavor.product() + " " + major + "." + minor + "." + patch;
  }
}
