// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.cli.tui.Figures;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How a value of the JSON looks on the page; unknown (-1, null) is a dash, never 0. */
public enum Form {
  /** As it is, with what cannot be seen, or turns the reading direction, made visible. */
  TEXT {
    @Override
    String of(JsonNode value) {
      return Markup.visible(value.asText());
    }
  },
  COUNT {
    @Override
    String of(JsonNode value) {
      return known(value) ? Figures.count(value.asLong()) : UNKNOWN;
    }
  },
  BYTES {
    @Override
    String of(JsonNode value) {
      return known(value) ? Figures.bytes(value.asLong()) : UNKNOWN;
    }
  },
  RATE {
    @Override
    String of(JsonNode value) {
      return known(value) ? Figures.bytes(value.asLong()) + "/s" : UNKNOWN;
    }
  },
  PER_SECOND {
    @Override
    String of(JsonNode value) {
      return known(value) ? Figures.count(value.asLong()) + "/s" : UNKNOWN;
    }
  },
  TIME {
    @Override
    String of(JsonNode value) {
      return known(value) ? Figures.time(value.asLong()) : UNKNOWN;
    }
  },
  /** UTC, to the second. */
  INSTANT {
    @Override
    String of(JsonNode value) {
      return known(value)
          ? MOMENT.format(Instant.ofEpochMilli(value.asLong()).atOffset(ZoneOffset.UTC))
          : UNKNOWN;
    }
  };

  private static final String UNKNOWN = "\u2013";
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT);

  abstract String of(JsonNode value);

  private static boolean known(JsonNode value) {
    return value.isIntegralNumber() && value.asLong() >= 0;
  }
}
