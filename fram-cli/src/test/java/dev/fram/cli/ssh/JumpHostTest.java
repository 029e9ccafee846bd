// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JumpHostTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ssh://ops@bastion                 | ops@bastion:22
          ssh://ops@Bastion.Example:2222    | ops@bastion.example:2222
          SSH://bastion/                    | bastion:22
          ssh://ops@10.0.0.7:1              | ops@10.0.0.7:1
          ssh://ops@[2001:DB8::7]:2222      | ops@[2001:db8::7]:2222
          ssh://ops@jump_host.internal      | ops@jump_host.internal:22
          ssh://some%40one@bastion          | some@one@bastion:22
          ssh://a+b@bastion:65535           | a+b@bastion:65535
          """)
  void reads(String text, String display) {
    assertThat(JumpHost.list(text)).extracting(JumpHost::display).containsExactly(display);
  }

  @Test
  void severalAreInTheUsersOrder() {
    assertThat(JumpHost.list("ssh://a@near, ssh://b@far:23"))
        .containsExactly(new JumpHost("a", "near", 22), new JumpHost("b", "far", 23));
  }

  @Test
  void theOwnNameStandsInForALogin() {
    assertThat(JumpHost.list("ssh://near").getFirst().orUser("me"))
        .isEqualTo(new JumpHost("me", "near", 22));
    assertThat(JumpHost.list("ssh://you@near").getFirst().orUser("me").user()).isEqualTo("you");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "bastion",
        "ops@bastion",
        "ssh:bastion",
        "ssh://",
        "ssh://@bastion",
        "ssh://ops@",
        "ssh://ops@bastion:",
        "ssh://ops@bastion:0",
        "ssh://ops@bastion:65536",
        "ssh://ops@bastion:99999",
        "ssh://ops@bastion:123456",
        "ssh://ops@bastion:-1",
        "ssh://ops@bastion:22x",
        "ssh://ops@bastion/path",
        "ssh://ops@bastion?x=y",
        "ssh://ops@bastion#x",
        "ssh://ops@bas tion",
        "ssh://ops@-oProxyCommand=x",
        "ssh://ops@2001:db8::7",
        "ssh://ops@[2001:db8::7",
        "ssh://a@b@c",
        "ssh://ops%zz@bastion",
        "sftp://ops@bastion",
        "ssh://near,",
        ",ssh://near",
        "ssh://near;ssh://far",
        "ssh://ops@bastion\nssh://x"
      })
  void refuses(String text) {
    assertThatThrownBy(() -> JumpHost.list(text))
        .isInstanceOfSatisfying(
            FramException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
              assertThat(e.remedy()).contains("ssh://user@host:22");
            });
  }

  @Test
  void aPasswordIsRefusedAndNotRepeated() {
    for (String text : List.of("ssh://ops:s3cret@bastion", "ssh://ops:s3%zzcret@bastion:x")) {
      assertThatThrownBy(() -> JumpHost.list(text))
          .isInstanceOf(FramException.class)
          .hasNoCause()
          .message()
          .doesNotContain("s3");
    }
  }
}
