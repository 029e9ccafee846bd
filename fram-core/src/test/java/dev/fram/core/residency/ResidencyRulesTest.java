// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  /** Bytes go through them in the clear, unless the server's own encryption is on. */
  @Test
  void jumpHostsAreHeldToTheRulesToo() {
    List<String> near = List.of("127.0.0.0/8");
    refuses(
        new Places("", "", "", "", near),
        List.of("127.0.0.1", "192.0.2.7"),
        "jump host 192.0.2.7: 192.0.2.7 is in none");
    List<String> germany = List.of("DE");
    refuses(
        new Places("DE", "DE", "DE", "", germany),
        List.of("127.0.0.1"),
        "jump host 127.0.0.1: no place is declared (--ssh-place)");
    assertThatCode(() ->
            new ResidencyRules(new Places("DE", "DE", "DE", "DE, Bonn", germany))
                .check(HERE, HERE, List.of("192.0.2.7")))
        .doesNotThrowAnyException();
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
    refuses(() -> new ResidencyRules(places).check(source, target), why);
  }

  private static void refuses(Places places, List<String> between, String why) {
    refuses(() -> new ResidencyRules(places).check(HERE, HERE, between), why);
  }

  private static void refuses(ThrowingCallable check, String why) {
    assertThatThrownBy(check)
        .hasMessageContaining(why)
        .hasMessageContaining("Nothing was connected to")
        .isInstanceOfSatisfying(
            FramException.class,
            e ->
                org.assertj.core.api.Assertions.assertThat(e.code())
                    .isEqualTo(ErrorCode.RESIDENCY_REFUSED));
  }
}
