// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettingTest {
  @Test
  void anOrdinaryValueIsOneConstant() {
    assertThat(Setting.parse("work_mem=5MB").alter("ROLE \"r\""))
        .isEqualTo("ALTER ROLE \"r\" SET \"work_mem\" TO '5MB'");
    assertThat(Setting.parse("my.option=a=b, 'c'").alter("DATABASE \"d\""))
        .isEqualTo("ALTER DATABASE \"d\" SET \"my\".\"option\" TO 'a=b, ''c'''");
  }

  @Test
  void aListOfNamesIsAListOfConstants() {
    assertThat(Setting.parse("search_path=\"$user\", \"a, \"\"b\", public").alter("ROLE \"r\""))
        .isEqualTo("ALTER ROLE \"r\" SET \"search_path\" TO '$user', 'a, \"b', 'public'");
    assertThat(Setting.parse("search_path=").alter("ROLE \"r\"")).endsWith("TO ''");
    assertThat(Setting.parse("search_path=\"\"").alter("ROLE \"r\"")).endsWith("TO ''");
  }
}
