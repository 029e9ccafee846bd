// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * What is sent back.
 *
 * @param code HTTP's status
 * @param type its media type
 * @param bytes the content
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Body(int code, String type, byte[] bytes) {

  static Body json(JsonNode node) {
    return json(200, node.toString());
  }

  static Body json(int code, String text) {
    return new Body(code, "application/json", text.getBytes(UTF_8));
  }

  static Body text(String type, String text) {
    return new Body(200, type, text.getBytes(UTF_8));
  }

  /** One sentence that says why not. */
  static Body refused(int code, String message) {
    return json(code, JsonNodeFactory.instance.objectNode().put("message", message).toString());
  }
}
