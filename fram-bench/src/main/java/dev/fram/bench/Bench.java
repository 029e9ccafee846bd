// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench;

import dev.fram.bench.apply.ApplyBench;
import dev.fram.bench.bars.AllBench;
import dev.fram.bench.copy.CopyBench;
import dev.fram.bench.freeze.FreezeBench;
import dev.fram.bench.heap.HeapBench;
import dev.fram.bench.load.LoadBench;
import dev.fram.bench.micro.MicroBench;
import dev.fram.bench.verify.VerifyBench;
import dev.fram.bench.viewers.ViewersBench;
import dev.fram.bench.ways.WaysBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./fram bench NAME}: what is measured is a command. */
@Command(
    name = "fram bench",
    description =
        "Measures Fram beside other tools, on servers of its own that are gone afterwards.",
    subcommands = {
      AllBench.class,
      CopyBench.class,
      VerifyBench.class,
      ApplyBench.class,
      LoadBench.class,
      FreezeBench.class,
      HeapBench.class,
      WaysBench.class,
      ViewersBench.class,
      MicroBench.class
    },
    mixinStandardHelpOptions = true)
public final class Bench {
  private Bench() {}

  /** Exits with 0 when everything was measured, with 1 when something failed, 2 for a bad word. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }
}
