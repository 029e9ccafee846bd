// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code fram.yaml}: one flat map, but for the list {@code traffic}. Goes through the whole
 * file and notes every problem with its line; never repeats a value (it may hold a password).
 */
final class ConfigFile {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\$|\\$\\{([A-Za-z_][A-Za-z0-9_]*)\\}|\\$\\{");

  private final String name;
  private final Map<String, String> variables;
  private final List<String> problems;
  private final Map<ConfigKey, Given> values = new EnumMap<>(ConfigKey.class);
  private final Map<String, Integer> lines = new HashMap<>();
  private final List<TrafficEntry> traffic;

  private ConfigFile(
      String name,
      Map<String, String> variables,
      List<TrafficEntry> traffic,
      List<String> problems) {
    this.name = name;
    this.variables = variables;
    this.traffic = traffic;
    this.problems = problems;
  }

  /**
   * What stands in the file; its switches are added to {@code traffic}, and what is wrong with it
   * to {@code problems}.
   */
  static Map<ConfigKey, Given> read(
      Path file, Map<String, String> variables, List<TrafficEntry> traffic, List<String> problems) {
    ConfigFile reader =
        new ConfigFile(String.valueOf(file.getFileName()), variables, traffic, problems);
    try (YAMLParser parser = YAMLFactory.builder().build().createParser(Files.readString(file))) {
      reader.document(parser);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      problems.add(reader.at(line) + ": is not valid YAML here (look at quotes and indentation).");
    } catch (IOException e) {
      problems.add(file + ": cannot be read (" + e.getClass().getSimpleName() + ").");
    }
    return reader.values;
  }

  private void document(YAMLParser parser) throws IOException {
    @Nullable JsonToken first = parser.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      return;
    }
    if (first != JsonToken.START_OBJECT) {
      problems.add(at(parser) + ": is not a map. Write one \"key: value\" on each line.");
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String word = parser.currentName();
      int line = parser.currentTokenLocation().getLineNr();
      parser.nextToken();
      if (word.equals(ConfigKey.TRAFFIC.word())) {
        if (lines.putIfAbsent(word, line) != null) {
          problems.add(at(line) + ": \"" + word + "\" stands there already.");
        }
        traffic.addAll(new TrafficReader(name, this::expand, problems).list(parser));
        continue;
      }
      Optional<List<String>> texts = texts(parser, word, line);
      if (isKnown(word, line)) {
        texts.ifPresent(found -> put(word, found, line));
      }
    }
    if (parser.nextToken() != null) {
      problems.add(at(parser) + ": a second document begins. Only one is read.");
    }
  }

  private boolean isKnown(String word, int line) {
    if (ConfigKey.ofWord(word).isPresent()) {
      return true;
    }
    String hint =
        NearestWord.to(word, ConfigKey.words())
            .map(near -> "Did you mean \"" + near + "\"?")
            .orElse("See `fram help migrate` for the keys.");
    problems.add(at(line) + ": unknown key \"" + word + "\". " + hint);
    return false;
  }

  private void put(String word, List<String> texts, int line) {
    Integer before = lines.putIfAbsent(word, line);
    if (before != null) {
      problems.add(at(line) + ": \"" + word + "\" stands in line " + before + " already.");
      return;
    }
    ConfigKey.ofWord(word).ifPresent(key -> values.put(key, new Given(texts, at(line))));
  }

  /** The value as texts; always reads it to its end, so that what follows is checked too. */
  private Optional<List<String>> texts(YAMLParser parser, String word, int line)
      throws IOException {
    boolean list = ConfigKey.ofWord(word).filter(k -> k.kind().repeated()).isPresent();
    @Nullable JsonToken token = parser.currentToken();
    if (token == JsonToken.START_ARRAY && list) {
      return listTexts(parser, word);
    }
    if (token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT) {
      parser.skipChildren();
      problems.add(at(line) + ": \"" + word + "\" takes one value, not a list or a map.");
      return Optional.empty();
    }
    return scalar(parser, word).map(List::of);
  }

  private Optional<List<String>> listTexts(YAMLParser parser, String word) throws IOException {
    List<String> texts = new ArrayList<>();
    boolean fine = true;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!parser.currentToken().isScalarValue()) {
        problems.add(at(parser) + ": \"" + word + "\" takes a list of plain values.");
        parser.skipChildren();
        fine = false;
        continue;
      }
      Optional<String> text = scalar(parser, word);
      text.ifPresent(texts::add);
      fine &= text.isPresent();
    }
    if (fine && texts.isEmpty()) {
      problems.add(at(parser) + ": \"" + word + "\" is an empty list. Leave it out.");
      return Optional.empty();
    }
    return fine ? Optional.of(texts) : Optional.empty();
  }

  private Optional<String> scalar(YAMLParser parser, String word) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      problems.add(at(parser) + ": \"" + word + "\" has no value. Give it one or leave it out.");
      return Optional.empty();
    }
    if (parser.isCurrentAlias()) {
      problems.add(at(parser) + ": \"" + word + "\" is an alias; these are not supported.");
      return Optional.empty();
    }
    return expand(parser.getText(), parser.currentTokenLocation().getLineNr());
  }

  /** Puts in the environment: {@code ${NAME}}; {@code $$} is one dollar sign. */
  private Optional<String> expand(String text, int line) {
    Matcher match = REFERENCE.matcher(text);
    StringBuilder expanded = new StringBuilder();
    boolean fine = true;
    while (match.find()) {
      String variable = match.group(1);
      String value = match.group().equals("$$") ? "$" : variables.get(variable);
      if (value == null) {
        String shown = variable == null ? "\"${\" without a name" : "${" + variable + "}";
        problems.add(at(line) + ": " + shown + " is not set in the environment.");
        fine = false;
        continue;
      }
      match.appendReplacement(expanded, Matcher.quoteReplacement(value));
    }
    match.appendTail(expanded);
    return fine ? Optional.of(expanded.toString()) : Optional.empty();
  }

  private String at(YAMLParser parser) {
    return at(parser.currentTokenLocation().getLineNr());
  }

  private String at(int line) {
    return line > 0 ? name + ":" + line : name;
  }
}
