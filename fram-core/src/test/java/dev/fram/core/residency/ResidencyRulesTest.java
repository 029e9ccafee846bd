// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResidencyRulesTest {
  private static final Endpoint HERE = Endpoint.parse("postgresql://a@127.0.0.1:1/x");
  private static final Endpoint AWAY = Endpoint.parse("postgresql://a@192.0.2.7:1/x");
  private static final Endpoint SIX = Endpoint.parse("postgresql://a@[2001:db8::7]:1/x");

  @Test
  void countriesAreThoseThatAreDeclared() {
    List<String> allowed = List.of("de", "AT");
    allows(new Places("DE, Falkenstein", "at", "DE", allowed), HERE, AWAY);
    refuses(
        new Places("DE", "US, Ashburn", "DE", allowed),
        HERE,
        AWAY,
        "target 192.0.2.7:1/x: is declared to be in US");
    refuses(new Places("DE", "DE", "", allowed), HERE, AWAY, "this machine: no place is declared");
    // Not a prefix of a word.
    refuses(new Places("DEX", "DE", "DE", allowed), HERE, AWAY, "declared to be in DEX");
  }

  @Test
  void networksHoldEveryAddress() {
    allows(new Places("", "", "", List.of("127.0.0.0/8")), HERE, HERE);
    refuses(
        new Places("", "", "", List.of("127.0.0.0/8")),
        HERE,
        AWAY,
        "target 192.0.2.7:1/x: 192.0.2.7 is in none");
    refuses(
        new Places("", "", "", List.of("127.0.0.0/8", "192.0.2.0/30")),
        HERE,
        AWAY,
        "192.0.2.7 is in none");
    refuses(
        new Places("", "", "", List.of("127.0.0.0/8", "2001:db8::8/125")),
        HERE,
        SIX,
        "2001:db8:0:0:0:0:0:7 is in none");
    refuses(new Places("", "", "", List.of("0.0.0.0/0")), HERE, SIX, "is in none");
  }

  @Test
  void nothingIsCheckedWithoutARule() {
    allows(Places.none(), HERE, AWAY);
  }

  @Test
  void whatIsNoRuleIsRefusedAndNotPassedOver() {
    for (String wrong :
        List.of("10.0.0.0", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "evil.example/8")) {
      assertThatThrownBy(
              () -> new ResidencyRules(new Places("", "", "", List.of(wrong))).check(HERE, HERE))
          .as(wrong)
          .isInstanceOfSatisfying(
              FramException.class,
              e ->
                  org.assertj.core.api.Assertions.assertThat(e.code())
                      .isEqualTo(ErrorCode.CONFIG_INVALID));
    }
  }

  private static void allows(Places places, Endpoint source, Endpoint target) {
    assertThatCode(() -> new ResidencyRules(places).check(source, target))
        .doesNotThrowAnyException();
  }

  private static void refuses(Places places, Endpoint source, Endpoint target, String why) {
    assertThatThrownBy(() -> new ResidencyRules(places).check(source, target))
        .hasMessageContaining(why)
        .hasMessageContaining("Nothing was connected to")
        .isInstanceOfSatisfying(
            FramException.class,
            e ->
                org.assertj.core.api.Assertions.assertThat(e.code())
                    .isEqualTo(ErrorCode.RESIDENCY_REFUSED));
  }
}
