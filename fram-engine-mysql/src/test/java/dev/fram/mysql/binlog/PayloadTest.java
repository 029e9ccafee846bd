// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.TableId;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Payloads come back as they went. */
class PayloadTest {

  @Property
  void rows(@ForAll("rowChanges") RowChange change) {
    assertThat(RowChange.read(change.payload())).isEqualTo(change);
  }

  @Property
  void tables(@ForAll("tableMaps") TableMap map) {
    assertThat(TableMap.read(map.payload())).isEqualTo(map);
  }

  @Property
  void statements(@ForAll("statementsOfDdl") DdlStatement statement) {
    assertThat(DdlStatement.read(statement.payload())).isEqualTo(statement);
  }

  @Test
  void unsignedNumbersTakeTheirColumnsWidth() {
    assertThat(new Value.Int(-1).unsigned(1)).isEqualTo("255");
    assertThat(new Value.Int(-1).unsigned(2)).isEqualTo("65535");
    assertThat(new Value.Int(-1).unsigned(3)).isEqualTo("16777215");
    assertThat(new Value.Int(-1).unsigned(4)).isEqualTo("4294967295");
    assertThat(new Value.Int(-1).unsigned(8)).isEqualTo("18446744073709551615");
    assertThat(new Value.Int(7).unsigned(8)).isEqualTo("7");
  }

  @Provide
  Arbitrary<RowChange> rowChanges() {
    Arbitrary<List<Value>> image = values().list().ofMaxSize(12);
    return Combinators.combine(
            names(),
            names(),
            Arbitraries.of(RowChange.Op.class),
            Arbitraries.of(RowChange.ForeignKeys.class),
            image,
            image)
        .as((db, name, op, keys, b, a) -> new RowChange(new TableId(db, name), op, keys, b, a));
  }

  @Provide
  Arbitrary<TableMap> tableMaps() {
    Arbitrary<TableMap.Column> column =
        Combinators.combine(
                Arbitraries.integers().between(0, 255),
                Arbitraries.integers().between(0, 65_535),
                Arbitraries.of(TableMap.Sign.class))
            .as(TableMap.Column::new);
    return Combinators.combine(names(), names(), column.list(), names().list())
        .as((db, name, columns, labels) -> new TableMap(new TableId(db, name), columns, labels));
  }

  @Provide
  Arbitrary<DdlStatement> statementsOfDdl() {
    Arbitrary<Optional<DdlStatement.Charsets>> charsets =
        Arbitraries.integers()
            .between(1, 400)
            .map(n -> new DdlStatement.Charsets(n, n + 1, n + 2))
            .optional();
    return Combinators.combine(
            Arbitraries.strings(),
            names().optional(),
            Arbitraries.longs(),
            charsets,
            names().optional(),
            names())
        .as(DdlStatement::new);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings().withCharRange('a', 'ž').ofMaxLength(20);
  }

  private static Arbitrary<Value> values() {
    Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    return Arbitraries.oneOf(
        Arbitraries.just(Value.Null.NULL),
        Arbitraries.longs().map(Value.Int::new),
        Arbitraries.bigDecimals().map(d -> new Value.Decimal(d.toPlainString())),
        Arbitraries.doubles().map(Value.Real::new),
        Arbitraries.floats().map(Value.Single::new),
        bytes.map(Value.Bytes::new),
        Arbitraries.strings().map(Value.Json::new),
        Arbitraries.strings().map(Value.JsonExpression::new),
        Arbitraries.strings().map(Value.Temporal::new),
        bytes.map(Value.Bits::new),
        Arbitraries.longs().map(Value.Ordinal::new),
        Arbitraries.integers().between(0, 2155).map(Value.Year::new));
  }
}
