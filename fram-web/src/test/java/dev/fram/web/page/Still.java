// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A migration that stands still and keeps what it was asked for. */
final class Still implements RunningMigration {
  final BlockingQueue<Command> asked = new LinkedBlockingQueue<>();

  static Status in(PhaseName phase) {
    StatusProjector projector = new StatusProjector(Clock.system());
    projector.names("3f2a91bc", "db1.example.com:5432/shop", "db2.example.com:5432/shop");
    projector.on(new RunEvent.PhaseReached(phase));
    return projector.picture();
  }

  @Override
  public String json(Status status) {
    return StatusJson.write(status);
  }

  @Override
  public List<TableProgress> tables() {
    return List.of(new TableProgress("public.secret_plans", "copying", "copy", 10, 1000, 2000));
  }

  @Override
  public Reply ask(Command command) {
    asked.add(command);
    return new Reply(0, "It was done.", List.of("a step"));
  }
}
