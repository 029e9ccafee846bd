// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.Surroundings;
import dev.fram.cli.report.ReportFiles;
import dev.fram.core.bus.Answer;
import dev.fram.core.report.ReportJson;
import dev.fram.core.residency.Chain;
import dev.fram.core.residency.Entry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The residency record in a report's file: checked, and added to. Asks no server. */
final class RecordFile {
  private RecordFile() {}

  static Answer check(Path file) {
    Chain chain = chain(file, ReportFiles.read(file));
    Optional<Chain.Broken> broken = chain.broken();
    if (broken.isPresent()) {
      return refused(file, broken.get());
    }
    int count = chain.entries().size();
    return Answer.done(
        count == 0
            ? "The report holds no residency record."
            : "The residency record is whole: "
                + count
                + (count == 1 ? " entry" : " entries")
                + ", the last with hash "
                + chain.last().map(Entry::hash).orElse("")
                + ".",
        List.of(
            "Whoever writes all entries anew can make all hashes anew: keep the last hash where"
                + " others cannot change it."));
  }

  /** Adds the operator's words, and draws the page anew. */
  static Answer state(Surroundings around, String words, @Nullable String of) {
    if (of == null || words.isBlank()) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          of == null ? "--statement needs --of." : "--statement is empty.",
          "Write: fram report --statement \"the old disk was erased on ...\" --of FILE.json");
    }
    Path file = around.path(of);
    JsonNode report = ReportFiles.read(file);
    Chain chain = chain(file, report);
    Optional<Chain.Broken> broken = chain.broken();
    if (broken.isPresent()) {
      return refused(file, broken.get());
    }
    Chain longer =
        chain.plus(
            System.currentTimeMillis(),
            "statement",
            Map.of("by", around.user(), "statement", words.strip()));
    ObjectNode changed = report.deepCopy();
    changed.set(
        "residency", ReportJson.read("{\"all\":" + longer.json() + "}").orElseThrow().path("all"));
    ReportFiles files = new ReportFiles(ReportFiles.beside(file, "html"), file);
    files.write(changed);
    return Answer.done(
        "The statement is entry " + longer.entries().size() + " of the residency record.",
        List.of("page: " + files.page(), "JSON: " + files.json()));
  }

  private static Chain chain(Path file, JsonNode report) {
    return Chain.read(report.path("residency").toString())
        .orElseThrow(() ->
            new FramException(
                ErrorCode.RECORD_BROKEN,
                file + ": the residency record cannot be read.",
                "Use the file as fram has written it."));
  }

  private static Answer refused(Path file, Chain.Broken broken) {
    return Answer.refused(
        ErrorCode.RECORD_BROKEN,
        file
            + ": the residency record was changed. Entry "
            + broken.number()
            + " is the first that is not as it was written: "
            + broken.why()
            + ".");
  }
}
