// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.model.TableId;
import dev.fram.mysql.schema.TablePart.Kind;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TablePlanTest {
  private static final String TABLE =
      """
      CREATE TABLE `t``x, (y` (
        `id` int NOT NULL AUTO_INCREMENT COMMENT 'KEY `a` (''b''), \\') ,(',
        `a``,(` varchar(9) COLLATE utf8mb4_bin DEFAULT (concat(_utf8mb4'`)',`b`)),
        `c` enum('x,y','UNIQUE KEY (') COLLATE utf8mb4_bin,
        PRIMARY KEY (`tenant`,`id`),
        UNIQUE KEY `id` (`id`),
        UNIQUE KEY `FTS_DOC_ID_INDEX` (`FTS_DOC_ID`),
        KEY `first, (` (`a``,(`(3) DESC) COMMENT 'it''s',
        KEY `f` ((lower(`c`))) /*!80000 INVISIBLE */,
        FULLTEXT KEY `w` (`c`) /*!50100 WITH PARSER `ngram` */ ,
        SPATIAL KEY `s` (`p`),
        CONSTRAINT `k,` FOREIGN KEY (`c`, `a``,(`) REFERENCES `o``.`.`p(` (`x`, `y`) ON DELETE SET NULL,
        CONSTRAINT `own` FOREIGN KEY (`c`) REFERENCES `p` (`CASCADE`),
        CONSTRAINT `ck` CHECK ((`c` <> _utf8mb4'a,(b FOREIGN KEY'))
      ) ENGINE=InnoDB COLLATE=utf8mb4_bin COMMENT='),('
      /*!50100 PARTITION BY HASH (`id`) */\
      """;

  @Test
  void cutAndJoinedAgainItIsTheSameText() {
    assertThat(TableText.parse(TABLE).sql().replaceAll(" +(,?\n)", "$1"))
        .isEqualTo(TABLE.replaceAll(" +(,?\n)", "$1"));
  }

  @Test
  void everyPieceIsKnownByItsKind() {
    assertThat(TableText.parse(TABLE).parts())
        .extracting(part -> part.kind() + " " + part.name())
        .containsExactly(
            "COLUMN id",
            "COLUMN a`,(",
            "COLUMN c",
            "PRIMARY ",
            "UNIQUE id",
            "UNIQUE FTS_DOC_ID_INDEX",
            "INDEX first, (",
            "INDEX f",
            "FULLTEXT w",
            "INDEX s",
            "FOREIGN_KEY k,",
            "FOREIGN_KEY own",
            "OTHER ");
  }

  @Test
  void foreignKeysKnowTheirParentAndWhetherTheyWrite() {
    List<TablePart> keys = TableText.parse(TABLE).of(Kind.FOREIGN_KEY);
    assertThat(keys.get(0).references("d")).isEqualTo(new TableId("o`.", "p("));
    assertThat(keys.get(0).cascades()).isTrue();
    assertThat(keys.get(1).references("d")).isEqualTo(new TableId("d", "p"));
    assertThat(keys.get(1).cascades()).isFalse();
    assertThat(ForeignKeys.orphanQuery(new TableId("d", "t"), keys.get(0)))
        .hasValue(
            "SELECT 1 FROM `d`.`t` c WHERE c.`c` IS NOT NULL AND c.`a``,(` IS NOT NULL"
                + " AND NOT EXISTS (SELECT 1 FROM `o``.`.`p(` p WHERE p.`x` = c.`c`"
                + " AND p.`y` = c.`a``,(`) LIMIT 1");
  }

  @Test
  void aFuzzyTableHasNoSecondUniqueKeyUntilItsWindowIsOver() {
    TablePlan plan = TablePlan.of(TableText.parse(TABLE), Optional.empty(), true);
    assertThat(plan.bare().of(Kind.UNIQUE)).isEmpty();
    assertThat(plan.placeholder()).hasValue("id");
    assertThat(plan.bare().of(Kind.INDEX))
        .extracting(TablePart::text)
        .containsExactly("KEY `id` (`id`)");
    assertThat(plan.indexes()).extracting(TablePart::name).containsExactly("first, (", "f", "s");
    // InnoDB would make the document id's unique key itself, under the same name.
    assertThat(plan.late())
        .extracting(TablePart::name)
        .containsExactly("id", "FTS_DOC_ID_INDEX", "w");
  }

  @Test
  void anExactTableHasThemWithTheOthers() {
    TablePlan plan = TablePlan.of(TableText.parse(TABLE), Optional.empty(), false);
    assertThat(plan.bare().of(Kind.UNIQUE)).extracting(TablePart::name).containsExactly("id");
    assertThat(plan.late()).isEmpty();
    assertThat(plan.indexes())
        .extracting(TablePart::name)
        .containsExactly("FTS_DOC_ID_INDEX", "first, (", "f", "w", "s");
    assertThat(plan.bare().of(Kind.FOREIGN_KEY)).isEmpty();
  }

  @Test
  void onlyACollationThatTheTableHasIsLeftOut() {
    TableText text = TableText.parse(TABLE).withInheritedCollations();
    assertThat(text.parts().get(1).text()).startsWith("`a``,(` varchar(9) DEFAULT");
    assertThat(text.parts().get(2).text()).isEqualTo("`c` enum('x,y','UNIQUE KEY (')");
    assertThat(
            TablePart.parse("`c` text COLLATE latin1_bin").withoutCollation("utf8mb4_bin").text())
        .isEqualTo("`c` text COLLATE latin1_bin");
  }

  @Test
  void anEventsStateIsFoundBehindItsScheduleAndNowhereElse() {
    assertThat(
            Events.disabled(
                "CREATE DEFINER=`a`@`b` EVENT `ON COMPLETION PRESERVE ENABLE` ON SCHEDULE EVERY 1 DAY"
                    + " ON COMPLETION NOT PRESERVE DISABLE ON SLAVE DO SELECT 'x' -- isn't"))
        .isEqualTo(
            "CREATE DEFINER=`a`@`b` EVENT `ON COMPLETION PRESERVE ENABLE` ON SCHEDULE EVERY 1 DAY"
                + " ON COMPLETION NOT PRESERVE DISABLE DO SELECT 'x' -- isn't");
  }

  @Test
  void accountsAreLockedWhateverTheyWere() {
    assertThat(SourceAccounts.locked("CREATE USER `ACCOUNT UNLOCK`@`%` ACCOUNT UNLOCK PASSWORD"))
        .isEqualTo("CREATE USER `ACCOUNT UNLOCK`@`%` ACCOUNT LOCK PASSWORD");
    assertThat(SourceAccounts.locked("CREATE USER `u`@`%`"))
        .isEqualTo("CREATE USER `u`@`%` ACCOUNT LOCK");
  }

  @Test
  void aCounterGetsAMarginWhereItsTypeHasRoom() {
    BigInteger next = BigInteger.valueOf(100);
    assertThat(Counters.withMargin(next, "`i` int unsigned NOT NULL")).isEqualTo("10100");
    assertThat(Counters.withMargin(next, "`i` int(11) NOT NULL")).isEqualTo("10100");
    assertThat(Counters.withMargin(next, "`bigint` smallint NOT NULL")).isEqualTo("100");
    assertThat(Counters.withMargin(BigInteger.valueOf(Integer.MAX_VALUE), "`i` int"))
        .isEqualTo(String.valueOf(Integer.MAX_VALUE));
  }

  @Test
  void whatIsNotClosedIsNotGuessed() {
    assertThatThrownBy(() -> TableText.parse("CREATE TABLE `a` (`b` int COMMENT 'x)"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
