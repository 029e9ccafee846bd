// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.FramException;
import dev.fram.api.traffic.SwitchOpener;
import dev.fram.core.traffic.TrafficSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code traffic}: read with its lines, from the file and from flags. */
class TrafficSectionTest {
  @TempDir Path folder;

  private TrafficSettings read(Map<ConfigKey, List<String>> flags, Map<String, String> variables) {
    Surroundings surroundings = new Surroundings(variables, folder, folder, "ann");
    ConfigValues values = new ConfigReader(surroundings).read(flags, Optional.empty(), Set.of());
    return RunSettings.from(values, surroundings).traffic();
  }

  private void file(String text) throws IOException {
    Files.writeString(folder.resolve("fram.yaml"), text);
  }

  @Test
  void readsEntriesInTheirOrder() throws IOException {
    file(
        """
        jobs: 3
        traffic:
          - type: pgbouncer
            admin: postgresql://boss@localhost:6432/pgbouncer
            password-variable: POOLER
            databases: [shop, shop_ro]
            config: pgbouncer.ini
          - {type: hook, switch: ./move.sh, name: office}
        switch-command: ./old.sh
        """);
    TrafficSettings settings = read(Map.of(), Map.of("POOLER", "hidden"));
    assertThat(settings.switches())
        .extracting(SwitchOpener::name)
        .containsExactly("switch-command", "1 pgbouncer", "office");
    assertThat(settings.toString()).doesNotContain("hidden");
  }

  @Test
  void everyProblemIsToldWithItsLine() throws IOException {
    file(
        """
        traffic:
          - type: pgbouncr
          - type: pgbouncer
            admin: postgresql://boss:hidden@local host/pgbouncer
            databases: [shop]
            confg: pgbouncer.ini
          - type: hook
            timeout: 10
            switch: ./a.sh
          - type: haproxy
            socket: /run/h.sock
          - switch: ./b.sh
          - hook
        """);
    assertThatThrownBy(() -> read(Map.of(), Map.of()))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("fram.yaml:2: unknown type \"pgbouncr\"")
        .hasMessageContaining("fram.yaml:4: admin cannot be read as a URI.")
        .hasMessageContaining(
            "fram.yaml:6: unknown key \"confg\" of pgbouncer. Did you mean \"config\"?")
        .hasMessageContaining("fram.yaml:8: timeout is \"10\".")
        .hasMessageContaining("fram.yaml:10: haproxy needs \"config\".")
        .hasMessageContaining("fram.yaml:12: has no \"type\".")
        .hasMessageContaining("fram.yaml:13: an entry of \"traffic\" is a map.")
        .hasMessageNotContaining("hidden");
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertThatThrownBy(() ->
            read(
                Map.of(
                    ConfigKey.TRAFFIC,
                    List.of(
                        "{type: hook}",
                        "{type: pgbouncer, admin: 'postgresql://a@b/c', databases: x}",
                        "{type: proxysql, admin: 'mysql://a@b:6032', hostgroups: [0, rw]}")),
                Map.of()))
        .hasMessageContaining("--traffic: hook has no command.")
        .hasMessageContaining("--traffic: pgbouncer needs one of config and config-command.")
        .hasMessageContaining("--traffic: proxysql hostgroups are numbers, as in [0, 1].");
  }

  @Test
  void flagsReplaceTheFilesList() throws IOException {
    file("traffic:\n  - {type: hook, switch: ./a.sh}\n  - {type: hook, switch: ./b.sh}\n");
    TrafficSettings settings =
        read(Map.of(ConfigKey.TRAFFIC, List.of("{type: hook, switch: ./c.sh, name: c}")), Map.of());
    assertThat(settings.switches()).extracting(SwitchOpener::name).containsExactly("c");
  }

  @Test
  void aVariableThatIsNotSetIsTold() {
    String entry =
        "{type: pgbouncer, admin: 'postgresql://a@b/c', databases: x, config: f,"
            + " password-variable: NOWHERE}";
    assertThatThrownBy(() -> read(Map.of(ConfigKey.TRAFFIC, List.of(entry)), Map.of()))
        .hasMessageContaining("the variable NOWHERE is not set");
  }
}
