// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.freeze;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.api.status.PhaseName;
import dev.fram.bench.measure.Rounds;
import dev.fram.bench.measure.Sample;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import dev.fram.bench.tool.FramEndpoints;
import dev.fram.bench.tool.FramProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One migration, there and back again and again without a new copy, while the writers write. Each
 * way is one cutover for them: {@code fram rollback} is the same with the servers exchanged.
 */
final class Crossings {
  static final String NAME = "a cutover under writers";
  static final String GAP = "longest_gap_ms";

  /** In milliseconds; the last one only where there is a probe. */
  static final List<String> FIGURES = List.of(GAP, "write_block_ms", "probe_gap_ms");

  private static final int TRIES = 5;
  private static final Usage NOTHING = new Usage(0, 0);

  private final FramEndpoints endpoints;
  private final List<String> jvm;
  private final List<String> words;
  private final Writers writers;
  private final PrintStream out;

  /**
   * @param words for {@code fram migrate}, its first word excepted
   */
  Crossings(
      FramEndpoints endpoints,
      List<String> jvm,
      List<String> words,
      Writers writers,
      PrintStream out) {
    this.endpoints = endpoints;
    this.jvm = jvm;
    this.words = List.copyOf(words);
    this.writers = writers;
    this.out = out;
  }

  /** Two a round. */
  List<Sample> run(Rounds rounds) throws IOException {
    List<String> command = new ArrayList<>(List.of("migrate", "--reverse-window=1h"));
    command.addAll(words);
    List<Sample> samples = new ArrayList<>();
    for (int round = rounds.first(); rounds.wants(round); round++) {
      try (FramProcess fram = FramProcess.start(endpoints, jvm, command)) {
        fram.awaitPhase(PhaseName.READY);
        writers.awaitAll();
        Sample there = cross(fram, "cutover", PhaseName.SERVING, 2 * round - 1);
        writers.awaitAll();
        Sample back = cross(fram, "rollback", PhaseName.ROLLED_BACK, 2 * round);
        if (round > 0) {
          samples.addAll(List.of(there, back));
        }
      }
    }
    return samples;
  }

  private Sample cross(FramProcess fram, String word, PhaseName reached, int number)
      throws IOException {
    writers.reset();
    long began = System.nanoTime();
    int tries = told(word);
    double seconds = (System.nanoTime() - began) / 1e9;
    JsonNode status =
        fram.awaitStatus(picture -> reached == PhaseName.SERVING && reverses(picture));
    if (!status.path("phase").asText().equals(reached.name())) {
      throw new IOException(reached + " was not reached: " + status);
    }
    JsonNode cutover = status.path("cutover");
    writers.awaitAll();
    Map<String, Double> figures = new TreeMap<>();
    figures.put(GAP, writers.longestMillis());
    figures.put("write_block_ms", cutover.path("write_block_millis").asDouble(-1));
    figures.put(
        "probe_gap_ms", cutover.path("probe").path("longest_write_gap_millis").asDouble(-1));
    figures.put("attempts", cutover.path("attempts").asDouble(-1));
    figures.put("tries", (double) tries);
    figures.put("refused", (double) writers.refused());
    ToolRun run = fram.measured(seconds, figures);
    out.printf(
        "%3d  %-9s %6.2f s   longest gap of a writer %6.0f ms   writes blocked, by Fram %5.0f ms   probe %5.0f ms   refused %d   tries %d%n",
        number,
        word,
        seconds,
        figures.get(GAP),
        figures.get("write_block_ms"),
        figures.get("probe_gap_ms"),
        writers.refused(),
        tries);
    return new Sample(NAME, number, run, NOTHING, NOTHING);
  }

  /**
   * After a cutover, once all is done; after a rollback the process ends with its last picture. Any
   * earlier one may have been drawn while the probe was still measuring.
   */
  private static boolean reverses(JsonNode status) {
    return status.path("phase").asText().equals(PhaseName.SERVING.name())
        && status.path("reverse").isObject();
  }

  /** A cutover gives way to writers, and is asked for again; returns how often it was asked for. */
  private int told(String word) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        FramProcess.complete(endpoints, word);
        return tries;
      } catch (IOException gaveWay) {
        if (tries == TRIES) {
          throw gaveWay;
        }
        out.println(gaveWay.getMessage());
      }
    }
  }
}
