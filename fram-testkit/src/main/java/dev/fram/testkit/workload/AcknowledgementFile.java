// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A file with a line {@code writer seq} for each acknowledged transaction: it outlives the process
 * that wrote it. Any thread.
 */
public final class AcknowledgementFile implements AutoCloseable {
  private final Writer out;

  AcknowledgementFile(Path file) throws IOException {
    this.out =
        Files.newBufferedWriter(
            file, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  synchronized void append(int writer, int seq) {
    try {
      out.write(writer + " " + seq + "\n");
      out.flush();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** How many of the file's transactions are not on this server; a torn last line is left out. */
  public static long countMissing(Path file, Connection server) throws IOException, SQLException {
    long missing = 0;
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    try (PreparedStatement query =
        server.prepareStatement(
            "SELECT 1 FROM app.ledger WHERE writer = ? AND seq = ? AND kind = 'tx'")) {
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
        String[] words = line.split(" ", -1);
        if (words.length == 2) {
          query.setInt(1, Integer.parseInt(words[0]));
          query.setLong(2, Long.parseLong(words[1]));
          try (ResultSet rows = query.executeQuery()) {
            missing += rows.next() ? 0 : 1;
          }
        }
      }
    }
    return missing;
  }
}
