// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Entries of which each holds the hash of the one before: what was written once cannot be changed
 * without changing all that follows. The canonical form is JSON in UTF-8 with sorted keys and no
 * white space. Immutable.
 *
 * @param entries oldest first
 */
public record Chain(List<Entry> entries) {
  /** Under this name it is kept on the target. */
  public static final String NAME = "residency";

  /** What stands before the first entry. */
  public static final String NOTHING = "0".repeat(64);

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  public Chain {
    entries = List.copyOf(entries);
  }

  public static Chain empty() {
    return new Chain(List.of());
  }

  /** The same with one more entry. */
  public Chain plus(long atMillis, String kind, Map<String, Object> facts) {
    int number = entries.size() + 1;
    String previous = last().map(Entry::hash).orElse(NOTHING);
    List<Entry> more = new ArrayList<>(entries);
    more.add(
        new Entry(
            number,
            atMillis,
            kind,
            facts,
            previous,
            hash(number, atMillis, kind, facts, previous)));
    return new Chain(more);
  }

  public Optional<Entry> last() {
    return entries.isEmpty() ? Optional.empty() : Optional.of(entries.getLast());
  }

  /** The first entry that is not as it was written, and what is wrong with it. */
  public Optional<Broken> broken() {
    String previous = NOTHING;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.number() != i + 1) {
        return Optional.of(
            new Broken(i + 1, "it says that it is entry " + entry.number() + ": one is missing"));
      }
      if (!entry.previous().equals(previous)) {
        return Optional.of(new Broken(i + 1, "it does not follow the entry before it"));
      }
      String right =
          hash(entry.number(), entry.atMillis(), entry.kind(), entry.facts(), entry.previous());
      if (!entry.hash().equals(right)) {
        return Optional.of(new Broken(i + 1, "its hash is not that of what it says"));
      }
      previous = entry.hash();
    }
    return Optional.empty();
  }

  /**
   * @param number which entry, from 1
   */
  public record Broken(int number, String why) {}

  private static String hash(
      int number, long atMillis, String kind, Map<String, Object> facts, String previous) {
    Map<String, Object> all = new TreeMap<>();
    all.put("number", number);
    all.put("at_millis", atMillis);
    all.put("kind", kind);
    all.put("facts", facts);
    all.put("previous", previous);
    try {
      byte[] canonical = MAPPER.writeValueAsString(all).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new FramException(ErrorCode.INTERNAL, "An entry cannot be hashed.", "", e);
    }
  }

  /** As the target and the report keep it. */
  public String json() {
    try {
      return MAPPER.writeValueAsString(entries);
    } catch (JsonProcessingException e) {
      throw new FramException(ErrorCode.INTERNAL, "A chain cannot be written.", "", e);
    }
  }

  /** Empty when the text is no chain; whether it is whole, {@link #broken} tells. */
  public static Optional<Chain> read(String json) {
    try {
      List<Entry> entries = MAPPER.readValue(json, new TypeReference<>() {});
      return Optional.of(new Chain(entries));
    } catch (JsonProcessingException | NullPointerException e) {
      return Optional.empty();
    }
  }
}
