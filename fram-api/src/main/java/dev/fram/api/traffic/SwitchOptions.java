// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

import dev.fram.api.model.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a user has set of a switch, checked: a getter of the right kind cannot fail, and fallbacks
 * are filled in.
 *
 * @param texts each key's value; paths are absolute
 * @param durations the times among them
 * @param password of the option that is a URI, when one is known
 */
public record SwitchOptions(
    Map<String, List<String>> texts, Map<String, Duration> durations, Optional<Secret> password) {
  public SwitchOptions {
    texts = Map.copyOf(texts);
    durations = Map.copyOf(durations);
  }

  public Optional<String> text(String word) {
    return list(word).stream().findFirst();
  }

  public String required(String word) {
    return text(word).orElseThrow();
  }

  public List<String> list(String word) {
    return texts.getOrDefault(word, List.of());
  }

  public Optional<Duration> duration(String word) {
    return Optional.ofNullable(durations.get(word));
  }

  public Optional<Address> address(String word) {
    return text(word).flatMap(Address::parse);
  }
}
