// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A server that knows nothing must not be taken for the right one. The rest: a real PgBouncer. */
class ScramTest {
  @Test
  void aServerThatDoesNotKnowThePasswordIsRefused() throws ConsoleError {
    Scram scram = new Scram("pencil", "rOprNGfwEbeRWgbNEkqO");
    scram.first();
    scram.last("r=rOprNGfwEbeRWgbNEkqOabc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".getBytes(UTF_8));
    assertThatThrownBy(() -> scram.verify("v=AAAA".getBytes(UTF_8)))
        .isInstanceOf(ConsoleError.class);
  }

  @Test
  void aChallengeThatIsNoAnswerToOursIsRefused() {
    Scram scram = new Scram("pencil", "rOprNGfwEbeRWgbNEkqO");
    assertThatThrownBy(
            () -> scram.last("r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".getBytes(UTF_8)))
        .isInstanceOf(ConsoleError.class);
  }
}
