// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.postgresql.schema.Pair;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

/** Every catalog of these servers is one that Fram knows. */
class UnknownObjectsTest {
  @Test
  void noCatalogIsUnknown() throws Exception {
    try (Pair pair = Pair.of("15-18");
        Connection older = pair.onSource();
        Connection newer = pair.onTarget()) {
      assertThat(UnknownObjects.catalogs(older)).isEmpty();
      assertThat(UnknownObjects.catalogs(newer)).isEmpty();
    }
  }
}
