// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.plan;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.Way;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The JSON form of a {@link Plan}: snake_case, null for what is not known. Written field by field:
 * a way holds the request that opens it, and with that the passwords.
 */
public final class PlanJson {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private PlanJson() {}

  public static String write(Plan plan) {
    ObjectNode root = MAPPER.createObjectNode();
    Setting setting = plan.setting();
    server(root.putObject("source"), setting.source());
    server(root.putObject("target"), setting.target());
    setting
        .data()
        .ifPresentOrElse(data -> data(root.putObject("data"), data), () -> root.putNull("data"));
    text(root, "recorded_phase", setting.recorded());
    root.put("write_block_budget_ms", setting.writeBlockMillis());
    root.put("outage", setting.outage());
    ArrayNode ways = root.putArray("ways");
    plan.ways().forEach(way -> way(ways.addObject(), way));
    text(root, "named_by_settings", plan.named());
    text(root, "recommended", plan.recommended().map(way -> way.way().name()));
    plan.reasons().forEach(root.putArray("reasons")::add);
    plan.others().forEach(root.putArray("not_offered")::add);
    return root.toString();
  }

  private static void text(ObjectNode node, String key, Optional<String> text) {
    text.ifPresentOrElse(known -> node.put(key, known), () -> node.putNull(key));
  }

  private static void server(ObjectNode node, ServerInfo server) {
    node.put("name", server.name());
    node.put("product", server.product());
    node.put("version", server.version());
  }

  private static void data(ObjectNode node, DataSet data) {
    node.put("tables_followed", data.followed().size());
    node.put("bytes_followed", data.followedBytes());
    Optional<Table> largest = data.followed().stream().findFirst();
    if (largest.isPresent()) {
      table(node.putObject("largest"), largest.get());
    } else {
      node.putNull("largest");
    }
    ArrayNode late = node.putArray("copied_at_cutover");
    data.late().forEach(table -> table(late.addObject(), table));
    node.put("copied_at_cutover_ms_cautious", data.lateMillis());
    node.put("definition_only", data.bare());
  }

  private static void table(ObjectNode node, Table table) {
    node.put("schema", table.id().schema());
    node.put("name", table.id().name());
    node.put("bytes", table.bytes());
  }

  private static void way(ObjectNode node, PlannedWay planned) {
    Way way = planned.way();
    node.put("name", way.name());
    node.put("title", way.title());
    node.put("options", way.options());
    node.put("verdict", planned.verdict().name());
    node.put("possible", planned.possible());
    node.put("taken", way.advice().taken());
    ObjectNode traits = node.putObject("traits");
    way.traits()
        .forEach(
            trait -> traits.put(trait.subject().name().toLowerCase(Locale.ROOT), trait.words()));
    node.put("passed", planned.of(Severity.PASS).size());
    ArrayNode findings = node.putArray("findings");
    for (Severity severity : List.of(Severity.FAIL, Severity.WARN, Severity.INFO)) {
      planned.of(severity).forEach(finding -> finding(findings.addObject(), finding));
    }
  }

  private static void finding(ObjectNode node, Finding finding) {
    node.put("code", finding.code());
    node.put("severity", finding.severity().name());
    node.put("seen", finding.seen());
    node.put("remedy", finding.remedy());
  }
}
