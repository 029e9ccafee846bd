// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class SqlErrorsMemoryTest {
  @Test
  void fullMemoryIsNoAnswerOfTheServer() {
    OutOfMemoryError full = new OutOfMemoryError("Java heap space");
    SQLException made =
        new SQLException("Java heap space", "S1000", 0, new IllegalStateException(full));
    assertThatThrownBy(() -> SqlErrors.translate(made, "target a:1/", "applying changes"))
        .isSameAs(full);
  }
}
