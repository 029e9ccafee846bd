// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.status.Command;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import java.util.List;

/** The migration behind the page. Every method may be called from any thread. */
public interface RunningMigration {
  /** The one JSON form of a picture: what {@code fram status --json} shows. */
  String json(Status status);

  /** How far each table is. */
  List<TableProgress> tables();

  /** What was foretold beside what came of it until now, as JSON. Asks the target. */
  String forecast();

  /** The report as it stands now. Asks both servers, which may take a while. */
  WrittenReport report();

  /** Asks it and waits for its answer, which may take as long as a cutover. */
  Reply ask(Command command);
}
