// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.engine.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;

/**
 * What a table looks like. Secondary indexes are left out on purpose: the application may add some
 * while it is migrated. Foreign keys count where they write, for the log does not hold what they
 * do. There is no storage part: the log itself tells of DDL.
 */
final class Fingerprints {
  private Fingerprints() {}

  static Fingerprint of(CatalogTable table) {
    StringBuilder look = new StringBuilder();
    CatalogTable.Storage storage = table.storage();
    add(look, storage.type(), storage.engine(), storage.collation());
    add(look, String.valueOf(storage.partitioned()));
    for (Column column : table.columns()) {
      ColumnType type = column.type();
      add(look, column.name(), type.full(), type.collation().orElse(""));
      add(look, column.defaultText().orElse("-"), column.expression());
      // In order: a set's own order differs from run to run.
      add(look, new TreeSet<>(column.traits()).toString());
    }
    table
        .usableKey()
        .ifPresent(key -> add(look, key.name(), key.kind().name(), key.parts().toString()));
    table.foreignKeys().stream()
        .filter(ForeignKey::cascades)
        .map(Fingerprints::cascade)
        .sorted()
        .forEach(key -> add(look, key));
    return new Fingerprint(hash(look.toString()), "");
  }

  /** What it does to rows; how servers call what does nothing differs. */
  private static String cascade(ForeignKey key) {
    return String.join(
        " ",
        key.columns().toString(),
        key.referenced().toString(),
        key.referencedColumns().toString(),
        ForeignKey.writes(key.rules().onUpdate()) ? key.rules().onUpdate() : "-",
        ForeignKey.writes(key.rules().onDelete()) ? key.rules().onDelete() : "-");
  }

  private static void add(StringBuilder look, String... texts) {
    for (String text : texts) {
      look.append(text.length()).append(':').append(text).append(';');
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
