// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOption;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Reads the list {@code traffic}: maps of plain values and lists. Goes through all of it and notes
 * every problem with its line; never repeats a value that may be a password.
 */
final class TrafficReader {
  private final String file;
  private final BiFunction<String, Integer, Optional<String>> expand;
  private final List<String> problems;

  /** A value as it stands there. */
  private record Value(List<String> texts, int line, boolean list) {}

  /**
   * @param file what messages begin with
   * @param expand puts the environment into a text of a line
   */
  TrafficReader(
      String file, BiFunction<String, Integer, Optional<String>> expand, List<String> problems) {
    this.file = file;
    this.expand = expand;
    this.problems = problems;
  }

  /** Entries that stand on the command line or in a variable, each as a map in YAML's flow form. */
  static List<TrafficEntry> ofTexts(List<String> texts, String origin, List<String> problems) {
    List<TrafficEntry> entries = new ArrayList<>();
    for (String text : texts) {
      TrafficReader reader = new TrafficReader(origin, (word, line) -> Optional.of(word), problems);
      try (YAMLParser parser = YAMLFactory.builder().build().createParser(text)) {
        if (parser.nextToken() == JsonToken.START_ARRAY) {
          entries.addAll(reader.list(parser));
        } else {
          reader.entry(parser).ifPresent(entries::add);
        }
      } catch (JsonProcessingException e) {
        problems.add(
            origin + ": is not valid YAML. Write it as '{type: hook, switch: ./move.sh}'.");
      } catch (IOException e) {
        problems.add(origin + ": cannot be read.");
      }
    }
    return entries;
  }

  /** The parser stands on the value of the key; afterwards on its end. */
  List<TrafficEntry> list(YAMLParser parser) throws IOException {
    List<TrafficEntry> entries = new ArrayList<>();
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      problems.add(
          at(line(parser)) + ": \"traffic\" takes a list. Begin each entry with \"- type:\".");
      parser.skipChildren();
      return entries;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      entry(parser).ifPresent(entries::add);
    }
    return entries;
  }

  private Optional<TrafficEntry> entry(YAMLParser parser) throws IOException {
    int line = line(parser);
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      problems.add(
          at(line) + ": an entry of \"traffic\" is a map. Write \"type: …\" and its keys.");
      parser.skipChildren();
      return Optional.empty();
    }
    int before = problems.size();
    Map<String, Value> values = values(parser);
    Optional<SwitchKind> kind = kind(values, line);
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    Map<String, List<String>> texts = new LinkedHashMap<>();
    values.forEach((word, value) -> {
      if (!word.equals(TrafficWords.TYPE)) {
        check(kind.get(), word, value);
        texts.put(word, value.texts);
      }
    });
    for (SwitchOption option : kind.get().options()) {
      if (option.required() && !values.containsKey(option.word())) {
        problems.add(
            at(line)
                + ": "
                + kind.get().type()
                + " needs \""
                + option.word()
                + "\". "
                + option.description());
      }
    }
    onlyOnePassword(values, line);
    if (problems.size() > before) {
      return Optional.empty();
    }
    TrafficEntry entry = new TrafficEntry(kind.get(), texts, at(line));
    kind.get()
        .problems(Switches.options(entry, Optional.empty()))
        .forEach(p -> problems.add(at(line) + ": " + kind.get().type() + " " + p));
    return problems.size() > before ? Optional.empty() : Optional.of(entry);
  }

  private Map<String, Value> values(YAMLParser parser) throws IOException {
    Map<String, Value> values = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String word = parser.currentName();
      int line = line(parser);
      parser.nextToken();
      value(parser, word, line)
          .ifPresent(value -> {
            Value earlier = values.putIfAbsent(word, value);
            if (earlier != null) {
              problems.add(
                  at(line) + ": \"" + word + "\" stands in line " + earlier.line + " already.");
            }
          });
    }
    return values;
  }

  private Optional<Value> value(YAMLParser parser, String word, int line) throws IOException {
    JsonToken token = Objects.requireNonNull(parser.currentToken());
    if (token == JsonToken.START_OBJECT) {
      parser.skipChildren();
      problems.add(at(line) + ": \"" + word + "\" takes no map.");
      return Optional.empty();
    }
    if (token != JsonToken.START_ARRAY) {
      return scalar(parser, word, line).map(text -> new Value(List.of(text), line, false));
    }
    List<String> texts = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken().isScalarValue()) {
        scalar(parser, word, line).ifPresent(texts::add);
      } else {
        problems.add(at(line) + ": \"" + word + "\" takes a list of plain values.");
        parser.skipChildren();
      }
    }
    return texts.isEmpty() ? Optional.empty() : Optional.of(new Value(texts, line, true));
  }

  private Optional<String> scalar(YAMLParser parser, String word, int line) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      problems.add(at(line) + ": \"" + word + "\" has no value. Give it one or leave it out.");
      return Optional.empty();
    }
    return expand.apply(parser.getText(), line);
  }

  private Optional<SwitchKind> kind(Map<String, Value> values, int line) {
    List<String> known = TrafficWords.kinds().stream().map(SwitchKind::type).toList();
    Value type = values.get(TrafficWords.TYPE);
    if (type == null) {
      problems.add(at(line) + ": has no \"type\". Known are: " + String.join(", ", known) + ".");
      return Optional.empty();
    }
    String word = type.texts.getFirst();
    Optional<SwitchKind> kind = TrafficWords.kind(word);
    if (kind.isEmpty()) {
      problems.add(
          at(type.line)
              + ": unknown type \""
              + word
              + "\". Known are: "
              + String.join(", ", known)
              + ".");
    }
    return kind;
  }

  private void check(SwitchKind kind, String word, Value value) {
    List<SwitchOption> options = TrafficWords.options(kind);
    Optional<SwitchOption> option = options.stream().filter(o -> o.word().equals(word)).findFirst();
    if (option.isEmpty()) {
      List<String> words = options.stream().map(SwitchOption::word).toList();
      String hint =
          NearestWord.to(word, words)
              .map(near -> "Did you mean \"" + near + "\"?")
              .orElse("Known are: " + String.join(", ", words) + ".");
      problems.add(
          at(value.line) + ": unknown key \"" + word + "\" of " + kind.type() + ". " + hint);
      return;
    }
    if (value.list && option.get().kind() != SwitchOption.Kind.LIST) {
      problems.add(at(value.line) + ": \"" + word + "\" takes one value, not a list.");
    }
    for (String text : value.texts) {
      TrafficWords.problem(option.get(), text)
          .ifPresent(p -> problems.add(at(value.line) + ": " + word + " " + p));
    }
  }

  private void onlyOnePassword(Map<String, Value> values, int line) {
    long ways =
        List.of(
                TrafficWords.PASSWORD_FILE,
                TrafficWords.PASSWORD_COMMAND,
                TrafficWords.PASSWORD_VARIABLE)
            .stream()
            .filter(values::containsKey)
            .count();
    if (ways > 1) {
      problems.add(at(line) + ": more than one key gives its password. Keep one of them.");
    }
  }

  private static int line(YAMLParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }

  private String at(int line) {
    return file.startsWith("-") || file.startsWith("FRAM_") ? file : file + ":" + line;
  }
}
