// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** A row that the source could take must fit into one statement on the target. */
final class MaxAllowedPacketCheck implements Question {
  @Override
  public String code() {
    return "max-allowed-packet";
  }

  @Override
  public String about() {
    return "A row that the source could take must fit into one statement on the target.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    long source = servers.source().numberSetting("max_allowed_packet");
    long target = servers.target().numberSetting("max_allowed_packet");
    String seen =
        "max_allowed_packet is "
            + Servers.bytes(source)
            + " on "
            + servers.source().name()
            + " and "
            + Servers.bytes(target)
            + " on "
            + servers.target().name()
            + ".";
    String remedy =
        "On the target, my.cnf, [mysqld]: max_allowed_packet=1G. At once: SET GLOBAL"
            + " max_allowed_packet = 1073741824. No restart is needed.";
    if (target < source) {
      return fail(seen, remedy);
    }
    return target < 64L << 20 ? warn(seen, remedy) : pass(seen);
  }
}
