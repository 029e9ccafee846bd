// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names with dots are ordinary names. */
final class ScopeTest {
  @ParameterizedTest
  @CsvSource({
    "s.*,      s,     t,     true",
    "s.*,      s,     a.b,   true",
    "s.*,      s.foo, t,     false",
    "s.foo.*,  s.foo, t,     true",
    "s.foo.t,  s.foo, t,     true",
    "s.foo.t,  s,     foo.t, true",
    "t,        any,   t,     true",
    "t,        any,   x.t,   false",
    "x.t,      any,   x.t,   false",
    "*.x.t,    any,   x.t,   true",
    "*,        a.b,   c.d,   true",
    "a?b.c,    a.b,   c,     true",
    "S.*,      s,     t,     false"
  })
  void aPatternNamesASchemaAndATable(String pattern, String schema, String name, boolean covered) {
    TableId table = new TableId(schema, name);
    assertThat(new Scope(List.of(pattern), List.of()).covers(table)).isEqualTo(covered);
    assertThat(new Scope(List.of(), List.of(pattern)).covers(table)).isEqualTo(!covered);
  }
}
