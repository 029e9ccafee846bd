// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.fram.api.check.Finding;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What there is to see: the newest picture, the story so far, the checks' answers, what was asked
 * for and what came of it. Has no numbers of its own. Thread-safe.
 */
final class Board {
  private static final int LINES = 500;
  private static final int REPLIES = 5;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final RunningMigration migration;
  private final LongSupplier clock;
  private final Deque<String> lines = new ArrayDeque<>();
  private final Map<String, Finding> findings = new LinkedHashMap<>();
  private final Deque<ObjectNode> replies = new ArrayDeque<>();
  private final List<Action> asked = new ArrayList<>();
  private final History history = new History();
  private Optional<Status> newest = Optional.empty();
  private long shownAt;
  private long told;
  private boolean ended;

  /**
   * @param clock milliseconds since 1970
   */
  Board(RunningMigration migration, LongSupplier clock) {
    this.migration = migration;
    this.clock = clock;
    this.shownAt = clock.getAsLong();
  }

  void show(Status status) {
    history.take(status);
    synchronized (this) {
      newest = Optional.of(status);
      shownAt = clock.getAsLong();
    }
  }

  synchronized void tell(List<String> more) {
    lines.addAll(more);
    told += more.size();
    while (lines.size() > LINES) {
      lines.removeFirst();
    }
  }

  /** A run that begins anew asks the checks again: their newest answer counts. */
  synchronized void found(Finding finding) {
    findings.put(finding.code() + finding.seen(), finding);
  }

  /** False when the same was asked for already and is not answered yet. */
  synchronized boolean ask(Action action) {
    return !asked.contains(action) && asked.add(action);
  }

  synchronized void answered(Action action, Reply reply) {
    asked.remove(action);
    ObjectNode node = JSON.objectNode().put("action", action.word());
    node.put("exit_code", reply.exitCode()).put("message", reply.message());
    ArrayNode details = node.putArray("details");
    reply.details().forEach(details::add);
    replies.addLast(node.put("at", clock.getAsLong()));
    if (replies.size() > REPLIES) {
      replies.removeFirst();
    }
  }

  synchronized void end() {
    ended = true;
  }

  synchronized Optional<Status> newest() {
    return newest;
  }

  /** How old the newest picture is; before the first one, how long it is waited for. */
  synchronized long ageMillis() {
    return clock.getAsLong() - shownAt;
  }

  synchronized boolean ended() {
    return ended;
  }

  /** The picture with everything that changes with it, as one event. */
  byte[] event() {
    ObjectNode node = JSON.objectNode();
    Optional<Status> status;
    synchronized (this) {
      status = newest;
      node.put("at", shownAt).put("ended", ended);
      node.put("lines", told).put("findings", findings.size());
      ArrayNode waiting = node.putArray("asked");
      asked.forEach(action -> waiting.add(action.word()));
      ArrayNode given = node.putArray("replies");
      replies.forEach(reply -> given.add(reply.deepCopy()));
    }
    ArrayNode actions = node.putArray("actions");
    status.ifPresent(picture -> {
      node.putRawValue("status", new RawValue(migration.json(picture)));
      Action.offeredIn(picture).forEach(action -> actions.add(action.word()));
    });
    return ("event: picture\ndata: " + node + "\n\n").getBytes(UTF_8);
  }

  Body status() {
    return newest()
        .map(picture -> Body.json(200, migration.json(picture)))
        .orElseGet(() -> Body.refused(503, "There is no picture yet: the run has just begun."));
  }

  Body history() {
    return Body.json(history.json());
  }

  Body tables() {
    ArrayNode list = JSON.arrayNode();
    for (TableProgress table : migration.tables()) {
      list.addArray()
          .add(table.table())
          .add(table.stage())
          .add(table.activity())
          .add(table.rows())
          .add(table.bytes())
          .add(table.expectedBytes());
    }
    return Body.json(list);
  }

  synchronized Body story() {
    ArrayNode list = JSON.arrayNode();
    lines.forEach(list::add);
    return Body.json(list);
  }

  synchronized Body findings() {
    ArrayNode list = JSON.arrayNode();
    for (Finding finding : findings.values()) {
      list.addObject()
          .put("code", finding.code())
          .put("severity", finding.severity().name())
          .put("seen", finding.seen())
          .put("remedy", finding.remedy());
    }
    return Body.json(list);
  }
}
