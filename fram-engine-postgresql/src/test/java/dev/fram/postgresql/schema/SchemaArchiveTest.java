// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What of pg_restore's script is for somebody else. */
class SchemaArchiveTest {
  private static final String HEADER =
      """
      --
      -- PostgreSQL database dump
      --

      SET statement_timeout = 0;
      SET transaction_timeout = 0;
      SET client_encoding = 'UTF8';
      """;

  private static final String BODY =
      """
      CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
      SET transaction_timeout = 0;
      END $$;
      """;

  @Test
  void aSettingThatOlderServersRefuseIsLeftOutOfTheHeaderAlone() {
    assertThat(SchemaArchive.plain(HEADER + BODY))
        .isEqualTo(HEADER.replace("SET transaction_timeout = 0;\n", "") + BODY);
    String older = HEADER.replace("SET transaction_timeout = 0;\n", "");
    assertThat(SchemaArchive.plain(older + BODY)).isEqualTo(older + BODY);
  }

  @Test
  void whatOnlyPsqlReadsIsLeftOut() {
    String script = "--\n\\restrict abc\n" + HEADER + BODY + "\\unrestrict abc\n";
    assertThat(SchemaArchive.plain(script)).doesNotContain("restrict").contains(BODY);
  }
}
