// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.model.TableId;
import dev.fram.api.probe.Disk;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The source.
 *
 * @param tables tables whose rows are copied
 * @param tableBytes their size on disk, without indexes
 * @param indexBytes the size of the indexes that are built after the rows are there
 * @param read how fast rows were read; empty when no table has rows
 * @param sessions how many sessions read at a time
 * @param samples what was read of which table
 * @param change what the applications write
 * @param log how long the log is kept
 * @param disk the disk that it lies on
 */
public record SourceFigures(
    int tables,
    long tableBytes,
    OptionalLong indexBytes,
    Optional<Rate> read,
    int sessions,
    List<TableSample> samples,
    Change change,
    LogKept log,
    Disk disk) {
  /**
   * @param table the table
   * @param rows rows read
   * @param bytes their bytes on the way
   */
  public record TableSample(TableId table, long rows, long bytes) {}

  /**
   * Each is empty where the server does not tell.
   *
   * @param windowMillis over which time
   * @param logBytesPerSecond log of the whole server
   * @param commitsPerSecond transactions
   * @param rowsPerSecond rows inserted, updated and deleted
   */
  public record Change(
      long windowMillis,
      OptionalDouble logBytesPerSecond,
      OptionalDouble commitsPerSecond,
      OptionalDouble rowsPerSecond) {}

  /**
   * With neither limit it is kept for as long as somebody needs it.
   *
   * @param bytes up to so many bytes
   * @param millis for so long
   * @param setBy the setting
   */
  public record LogKept(OptionalLong bytes, OptionalLong millis, String setBy) {}
}
