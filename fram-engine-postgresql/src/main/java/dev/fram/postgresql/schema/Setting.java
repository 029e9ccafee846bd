// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.postgresql.connection.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A configuration parameter as the catalog stores it ({@code name=value}).
 *
 * @param name the parameter
 * @param value its value
 */
record Setting(String name, String value) {
  /**
   * Parameters whose stored value is a list of quoted names (GUC_LIST_QUOTE; the list in
   * variable_is_guc_list_quote of pg_dump's dumputils.c).
   */
  private static final Set<String> NAME_LISTS =
      Set.of(
          "local_preload_libraries",
          "search_path",
          "session_preload_libraries",
          "shared_preload_libraries",
          "temp_tablespaces",
          "unix_socket_directories");

  static Setting parse(String stored) {
    int equals = stored.indexOf('=');
    return new Setting(stored.substring(0, equals), stored.substring(equals + 1));
  }

  /**
   * @param whose {@code DATABASE "x"}, {@code ROLE "x"}, {@code ROLE "x" IN DATABASE "y"}
   */
  String alter(String whose) {
    // A parameter's name may have a prefix: each part is an identifier of its own.
    String quoted =
        List.of(name.split("\\.", -1)).stream()
            .map(Quoting::identifier)
            .collect(Collectors.joining("."));
    String shown =
        NAME_LISTS.contains(name)
            ? names(value).stream().map(Quoting::literal).collect(Collectors.joining(", "))
            : Quoting.literal(value);
    return "ALTER " + whose + " SET " + quoted + " TO " + (shown.isEmpty() ? "''" : shown);
  }

  /** Takes {@code "$user", public} apart as SplitIdentifierString does (varlena.c). */
  private static List<String> names(String list) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      boolean doubled = quoted && c == '"' && i + 1 < list.length() && list.charAt(i + 1) == '"';
      if (doubled) {
        name.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        names.add(name.toString());
        name.setLength(0);
      } else if (quoted || !Character.isWhitespace(c)) {
        name.append(c);
      }
    }
    if (!list.isBlank()) {
      names.add(name.toString());
    }
    return names;
  }
}
