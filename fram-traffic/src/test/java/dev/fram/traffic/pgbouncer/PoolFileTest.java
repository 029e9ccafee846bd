// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.traffic.Address;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PoolFileTest {
  private static final String TEXT =
      """
      ; host=old in a comment
      [pgbouncer]
      app = no entry of databases
      [databases]
      ;app = host=commented port=1
      app = host=old port=5433 dbname='my db' password='it''s' pool_size=5 ; not a comment here
      "App" = host=other
      * = host=fallback
      socket = dbname=x
      [users]
      app = pool_mode=session
      """;

  @Test
  void findsWhereAnEntryLeads() {
    PoolFile file = new PoolFile(TEXT);
    assertThat(file.address("app")).contains(new Address("old", 5433));
    assertThat(file.address("App")).contains(new Address("other", 5432));
    assertThat(file.address("socket")).isEmpty();
    assertThat(file.address("none")).isEmpty();
  }

  @Test
  void changesTheOneEntryAndNoOtherByte() {
    PoolFile changed =
        new PoolFile(TEXT).pointing("app", new Address("new", 6000), Optional.of("shop"));
    assertThat(changed.address("app")).contains(new Address("new", 6000));
    String[] before = TEXT.split("\n", -1);
    String[] after = changed.text().split("\n", -1);
    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < before.length; i++) {
      if (before[i].startsWith("app = host=old")) {
        assertThat(after[i])
            .startsWith("app = host=new port=6000 dbname=shop password='it''s' pool_size=5");
      } else {
        assertThat(after[i]).isEqualTo(before[i]);
      }
    }
    assertThat(changed.pointing("app", new Address("new", 6000), Optional.of("shop")).text())
        .isEqualTo(changed.text());
  }

  @Test
  void keepsTheLineEndsAsTheyAre() {
    String text = "[databases]\r\napp = host=a\r\nb = host=b";
    PoolFile changed = new PoolFile(text).pointing("b", new Address("c", 1), Optional.empty());
    assertThat(changed.text()).isEqualTo("[databases]\r\napp = host=a\r\nb = host=c port=1");
  }
}
