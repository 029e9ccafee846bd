// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.copy;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.Shell;
import java.util.Map;
import java.util.TreeMap;

/**
 * Another tool, run as its users do; the script finds {@code DIR}, {@code JOBS} and what the arena
 * gives in its environment.
 */
record ScriptContender(String name, BenchArena arena, int jobs, String script)
    implements Contender {
  @Override
  public ToolRun run() throws Exception {
    Map<String, String> environment = new TreeMap<>(arena.environment());
    environment.put("DIR", arena.freshFolder().toString());
    environment.put("JOBS", Integer.toString(jobs));
    return Shell.run(script, environment);
  }
}
