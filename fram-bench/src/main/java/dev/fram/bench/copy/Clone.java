// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.copy;

import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import java.nio.file.Path;

/**
 * The CLONE plugin into a folder beside the target's own: all bytes of all databases, by the
 * servers alone. The restart that would make it the target's data is not in it.
 */
record Clone(MySqlArena arena) implements Contender {
  @Override
  public String name() {
    return "CLONE into a folder, no restart";
  }

  @Override
  public boolean fills() {
    return false;
  }

  @Override
  public ToolRun run() throws Exception {
    Path folder = arena.freshFolder().resolve("clone");
    long began = System.nanoTime();
    arena.cloneInto(folder);
    return new ToolRun((System.nanoTime() - began) / 1e9, Usage.NONE, 0);
  }
}
