// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.check.Check;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.probe.SourceProbe;
import dev.fram.api.probe.TargetProbe;
import dev.fram.api.traffic.ClientPath;
import java.util.List;
import java.util.Optional;

/**
 * One migration's two servers. Source and target are the same engine, so rows go from one to the
 * other inside it and the core never sees them. Thread-safe unless a part says otherwise; parts
 * that own connections are opened one per thread.
 */
public interface Route extends TargetRoute {
  Source source();

  /**
   * The migration's id: the one recorded on the target, or a new one when there is none yet (fixed
   * for this route's life).
   */
  MigrationId id();

  /** Every check, in the fixed order in which they run and are shown. Read-only. */
  List<Check> checks();

  /**
   * What every table's rows on the target are of, where they came with the whole server before the
   * migration had a record ({@link ServerCopy}).
   *
   * @return empty where Fram copies table by table
   */
  default Optional<Fence> serverCopied() {
    return Optional.empty();
  }

  /** The schema's transfer. */
  SchemaTransfer schema();

  /**
   * Opens a copier with its own two connections; used by one thread at a time.
   *
   * @param epoch the lease's epoch, checked in every transaction on the target
   */
  ChunkCopier copier(long epoch);

  /**
   * Opens an applier with its own connection; owned by one thread. Reads the fences of all tables
   * once, so it is opened when every table is copied.
   *
   * @param touched told of every row that is written
   */
  Applier applier(long epoch, TouchedRows touched);

  /** The same where nobody compares. */
  default Applier applier(long epoch) {
    return applier(epoch, TouchedRows.unwanted());
  }

  /**
   * Opens what puts rows of the target right, with its own connection; owned by one thread.
   *
   * @param epoch the lease's epoch, checked in every transaction on the target
   */
  Repairer repairer(long epoch);

  /**
   * Sets the position that appliers go on from, also where there is one already: the data begins to
   * move this way from there.
   *
   * @param epoch the lease's epoch
   * @throws FramException FENCED when a later run was here
   */
  default void startAt(long epoch, Position from) {
    throw new FramException(
        ErrorCode.UNSUPPORTED,
        "With this engine the data moves one way only.",
        "Give --reverse-window none.");
  }

  /**
   * The same two servers with their parts exchanged, for the way back after a cutover: its source
   * is the new server, its target the old one. Nothing is copied on it and no schema made; its
   * checks are those that the way back needs, its journal and lease are this migration's. Closed
   * with this route.
   *
   * @return empty where the engine knows no way back
   */
  default Optional<Route> back() {
    return Optional.empty();
  }

  /**
   * The applications' way to the database, for the probe. Connects to nothing yet.
   *
   * @param path the address that the applications use, with a login like theirs
   * @throws FramException UNSUPPORTED where there is no such probe
   */
  default ClientPath clientPath(Endpoint path) {
    throw new FramException(
        ErrorCode.UNSUPPORTED, "There is no client probe for this engine.", "Leave out --probe.");
  }

  /**
   * Opens what measures the source, with a session of its own; owned by one thread.
   *
   * @throws FramException UNSUPPORTED where nothing can be measured
   */
  default SourceProbe sourceProbe() {
    throw unmeasured();
  }

  /** The same for the target. */
  default TargetProbe targetProbe() {
    throw unmeasured();
  }

  /**
   * Opens a read of the source with the statements of a comparison, in a session of its own; owned
   * by one thread.
   *
   * @throws FramException UNSUPPORTED where nothing can be measured
   */
  default DigestProbe sourceDigests() {
    throw unmeasured();
  }

  /** The same for the target. */
  default DigestProbe targetDigests() {
    throw unmeasured();
  }

  private static FramException unmeasured() {
    return new FramException(
        ErrorCode.UNSUPPORTED, "Nothing can be measured with this engine.", "");
  }
}
