// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The durable story of a migration, on the target. Every write takes the epoch and changes nothing
 * when a later run has taken over.
 *
 * <p>All methods: {@link FramException} FENCED when the epoch is not the current one, or a
 * transient code.
 */
public interface JournalStore {
  /**
   * The migration recorded on the target, if there is one. Works without any privilege to write.
   */
  Optional<MigrationRecord> load();

  /** Creates Fram's schema and the migration's record when they do not exist yet; epoch 0. */
  MigrationRecord create(MigrationRecord first);

  /** Records that a phase was reached, with the evidence the next phases need, as JSON. */
  void savePhase(long epoch, String phase, String evidence);

  /** Records that a step is about to be tried. Durable before the call returns. */
  long intent(long epoch, String step, String detail);

  /** Records what became of it. */
  void outcome(long epoch, long sequence, StepOutcome outcome, String detail);

  /** All steps, oldest first. */
  List<JournalEntry> entries();

  /** Where each table stands. */
  Map<TableId, TableState> tables();

  void saveTable(long epoch, TableState state);

  /** The numbers of the chunks of a table that are on the target. */
  Set<Integer> copiedChunks(TableId table);

  /**
   * Remembers how a table was cut into key chunks, so that a later run goes on with the same cut.
   */
  void saveKeyChunks(long epoch, TableId table, List<Chunk> chunks);

  /** The remembered cut; empty when the table has none. */
  List<Chunk> keyChunks(TableId table);

  /** The position that is durable on the target; empty before the first. */
  Optional<Position> feedPosition();

  /** Sets the feed's first position; does nothing when there is one. */
  void startFeed(long epoch, Position from);

  /** Records what the comparison of a table's rows has found; the newest counts. */
  void saveVerdict(long epoch, TableId table, RowVerdict verdict);

  /** What was found so far counts no more. */
  void forgetVerdicts(long epoch);

  /** What is recorded, by table; a table that was not compared is not in it. */
  Map<TableId, RowVerdict> verdicts();

  /** Keeps the list of the source's objects; it replaces an older one. */
  void saveInventory(long epoch, SavedInventory inventory);

  /** The list that is kept; empty before the first cutover was prepared. */
  Optional<SavedInventory> inventory();

  /**
   * Keeps a document for the report; it replaces the one of that name. Small and seldom: what is
   * kept is bounded, whatever the migration's length.
   *
   * @param name of letters and hyphens, at most 60
   * @param document JSON
   */
  void keep(long epoch, String name, String document);

  /** The same without a lease, also before there is a migration: what it finds is in its report. */
  void keepAhead(String name, String document);

  /** The document of that name; empty when there is none. */
  Optional<String> kept(String name);

  /** Publishes the picture that other processes show, as JSON. Only the newest is kept. */
  void publishStatus(long epoch, String status);

  /** The newest published picture and its age in milliseconds. */
  Optional<PublishedStatus> publishedStatus();

  /** Puts a request to the running process; answers come with {@link #commandAnswer}. */
  long submitCommand(String command);

  /** Requests that nobody has answered yet, oldest first. */
  List<PendingCommand> pendingCommands();

  /** The first answer stays: whoever waits may have read it already. */
  void answerCommand(long id, String answer);

  /** A request's answer, once there is one. */
  Optional<String> commandAnswer(long id);

  /** What a process published last. */
  record PublishedStatus(String status, long ageMillis) {}

  /** A request that waits for its answer. */
  record PendingCommand(long id, String command) {}
}
