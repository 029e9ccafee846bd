// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fram.api.check.Finding;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.inventory.InventoryItem;
import dev.fram.core.plan.Plan;
import dev.fram.core.plan.PlanJson;
import dev.fram.core.probe.MeasureJson;
import dev.fram.core.probe.Measurement;
import java.util.List;

/**
 * One JSON object a line, for programs: each has {@code event}; the last one is {@code done} or
 * {@code error} and has {@code exit_code}. Only ASCII goes out, so the locale does not matter.
 */
public final class JsonPresenter implements Presenter {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final Terminal terminal;
  private List<String> nextSteps = List.of();

  public JsonPresenter(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public synchronized void show(Status status) {
    nextSteps = status.nextSteps();
    ObjectNode event = event("status");
    event.set("status", tree(StatusJson.write(status)));
    print(event);
  }

  @Override
  public synchronized void found(Finding finding) {
    ObjectNode event = event("finding");
    event.put("code", finding.code());
    event.put("severity", finding.severity().name());
    event.put("seen", finding.seen());
    event.put("remedy", finding.remedy());
    print(event);
  }

  @Override
  public void say(String sentence) {
    message("step", sentence);
  }

  @Override
  public void warn(String sentence) {
    message("warning", sentence);
  }

  @Override
  public synchronized void facts(List<Fact> facts) {
    ObjectNode event = event("facts");
    facts.forEach(fact -> event.put(fact.key(), fact.number()));
    print(event);
  }

  /** One event an object, then the counts. */
  @Override
  public synchronized void inventory(Inventory inventory) {
    for (InventoryItem item : inventory.items()) {
      ObjectNode event = event("object");
      event.put("kind", item.id().kind());
      event.put("schema", item.id().schema());
      event.put("name", item.id().name());
      event.put("state", item.state().name());
      event.put("reason", item.reason());
      print(event);
    }
    ObjectNode event = event("inventory");
    event.put("origin", inventory.origin());
    inventory.counts().forEach((state, count) -> event.put(state.name(), count));
    print(event);
  }

  @Override
  public synchronized void measured(Measurement measurement) {
    ObjectNode event = event("measurement");
    event.set("measurement", tree(MeasureJson.write(measurement)));
    print(event);
  }

  @Override
  public synchronized void planned(Plan plan) {
    ObjectNode event = event("plan");
    event.set("plan", tree(PlanJson.write(plan)));
    print(event);
  }

  @Override
  public synchronized void answer(Answer answer) {
    ObjectNode event = event(answer.exitCode() == 0 ? "done" : "error");
    event.put("exit_code", answer.exitCode());
    if (!answer.code().isEmpty()) {
      event.put("code", answer.code());
    }
    event.put("message", answer.message());
    ArrayNode details = event.putArray("details");
    answer.details().forEach(details::add);
    steps(event);
    print(event);
  }

  @Override
  public synchronized void failed(FramException failure) {
    ObjectNode event = event("error");
    event.put("exit_code", failure.category().exitCode());
    event.put("code", failure.code().name());
    event.put("category", failure.category().name());
    event.put("message", failure.getMessage());
    event.put("seen", failure.seen());
    event.put("remedy", failure.remedy());
    steps(event);
    print(event);
  }

  @Override
  public void close() {
    terminal.out().flush();
  }

  private synchronized void message(String name, String sentence) {
    ObjectNode event = event(name);
    event.put("message", sentence);
    print(event);
  }

  private void steps(ObjectNode event) {
    ArrayNode steps = event.putArray("next_steps");
    nextSteps.forEach(steps::add);
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was just written is not JSON", e);
    }
  }

  private static ObjectNode event(String name) {
    return MAPPER.createObjectNode().put("event", name);
  }

  private void print(ObjectNode event) {
    try {
      terminal.out().println(MAPPER.writeValueAsString(event));
      terminal.out().flush();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an event of plain values cannot be written", e);
    }
  }
}
