// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.report.ReportJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where a report is written: both forms, each as a whole or not at all.
 *
 * @param page the HTML file
 * @param json the JSON file
 */
public record ReportFiles(Path page, Path json) {

  /** Both beside each other under one name. */
  public static ReportFiles named(Path folder, String migration) {
    // An id is of our own making, but what the target holds need not be.
    String name = "fram-report-" + migration.replaceAll("[^A-Za-z0-9-]", "");
    return new ReportFiles(folder.resolve(name + ".html"), folder.resolve(name + ".json"));
  }

  /** The same name with another ending. */
  public static Path beside(Path file, String ending) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + "." + ending);
  }

  /**
   * @throws FramException REPORT_UNWRITABLE when a file cannot be written
   */
  public void write(JsonNode report) {
    put(json, ReportJson.text(report));
    put(page, ReportPage.of(report));
  }

  /**
   * Reads the JSON.
   *
   * @throws FramException CONFIG_INVALID when it is no report
   */
  public static JsonNode read(Path file) {
    try {
      return ReportJson.read(Files.readString(file))
          .filter(json -> json.path("residency").isArray() && json.path("verdict").isObject())
          .orElseThrow(() ->
              new FramException(
                  ErrorCode.CONFIG_INVALID,
                  file + " is not the JSON of a report.",
                  "Name the .json file that fram report has written."));
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          file + " cannot be read (" + e.getClass().getSimpleName() + ").",
          "Name the .json file that fram report has written.",
          e);
    }
  }

  private static void put(Path file, String text) {
    Path beside = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.write(beside, text.getBytes(StandardCharsets.UTF_8));
      try {
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.REPORT_UNWRITABLE,
          "The report cannot be written to " + file + " (" + e.getClass().getSimpleName() + ").",
          "Name another place with --html and --json, or make room there.",
          e);
    }
  }
}
