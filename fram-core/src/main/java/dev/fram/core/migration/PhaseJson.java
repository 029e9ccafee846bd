// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import java.util.List;

/** Phases and scopes as the target's record keeps them. */
final class PhaseJson {
  private static final String TURN = "turn";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
          .build();

  private PhaseJson() {}

  /**
   * @param turn which time it is that the data changes servers; 1 is not written
   */
  static String evidence(Phase phase, int turn) {
    return turn == 1 ? write(phase) : write(MAPPER.<ObjectNode>valueToTree(phase).put(TURN, turn));
  }

  static int turn(MigrationRecord record) {
    try {
      return MAPPER.readTree(record.evidence()).path(TURN).asInt(1);
    } catch (JsonProcessingException e) {
      throw unreadable(record, e);
    }
  }

  /**
   * Which tables, and which of them are not followed. Consent to a way of following is no part of
   * it: it may be given later.
   */
  static String scope(RouteRequest request) {
    Scope scope = request.scope();
    List<String> late = request.tableOptions().copyAtCutover();
    return late.isEmpty()
        ? write(scope)
        : write(new ScopeWithLate(scope.include(), scope.exclude(), late));
  }

  private record ScopeWithLate(
      List<String> include, List<String> exclude, List<String> copyAtCutover) {}

  static Phase read(MigrationRecord record) {
    try {
      return MAPPER.readValue(record.evidence(), type(PhaseName.valueOf(record.phase())));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw unreadable(record, e);
    }
  }

  private static FramException unreadable(MigrationRecord record, Exception e) {
    return new FramException(
        ErrorCode.MIGRATION_MISMATCH,
        "Phase " + record.phase() + " of migration " + record.id() + " cannot be read.",
        "Use the version of Fram that began it.",
        e);
  }

  private static Class<? extends Phase> type(PhaseName name) {
    return switch (name) {
      case PLANNED -> Phase.Planned.class;
      case CHECKED -> Phase.Checked.class;
      case PREPARED -> Phase.Prepared.class;
      case COPYING -> Phase.Copying.class;
      case CATCHING_UP -> Phase.CatchingUp.class;
      case VERIFYING -> Phase.Verifying.class;
      case READY -> Phase.Ready.class;
      case CUTTING_OVER -> Phase.CuttingOver.class;
      case SERVING -> Phase.Serving.class;
      case ROLLING_BACK -> Phase.RollingBack.class;
      case ROLLED_BACK -> Phase.RolledBack.class;
      case COMPLETED -> Phase.Completed.class;
      case CANCELLED -> Phase.Cancelled.class;
      case NEEDS_OPERATOR -> Phase.NeedsOperator.class;
    };
  }

  private static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new FramException(ErrorCode.INTERNAL, "A record cannot be written as JSON.", "", e);
    }
  }
}
