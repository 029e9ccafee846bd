// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import dev.fram.api.traffic.Address;
import dev.fram.web.notify.Webhook;
import dev.fram.web.page.WebAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Settings that have been checked: a getter of the right kind cannot fail. Immutable. */
public final class ConfigValues {
  private static final Map<ConfigKey, SchemaOption> SCHEMA_OPTIONS =
      Map.of(
          ConfigKey.USERS, SchemaOption.WITH_USERS,
          ConfigKey.NO_OWNER, SchemaOption.NO_OWNER,
          ConfigKey.NO_PRIVILEGES, SchemaOption.NO_PRIVILEGES,
          ConfigKey.NO_ROLES, SchemaOption.NO_ROLES,
          ConfigKey.NO_COMMENTS, SchemaOption.NO_COMMENTS,
          ConfigKey.NO_TABLESPACES, SchemaOption.NO_TABLESPACES,
          ConfigKey.ALLOW_NONEMPTY_TARGET, SchemaOption.ALLOW_NONEMPTY_TARGET);

  private final Map<ConfigKey, Given> values;
  private final List<TrafficEntry> traffic;

  ConfigValues(Map<ConfigKey, Given> values, List<TrafficEntry> traffic) {
    this.traffic = List.copyOf(traffic);
    this.values = values.isEmpty() ? Map.of() : new EnumMap<>(values);
  }

  /** Nothing but defaults. */
  public static ConfigValues none() {
    return new ConfigValues(Map.of(), List.of());
  }

  /** The text, or the key's default; empty when there is neither. */
  public Optional<String> text(ConfigKey key) {
    Given given = values.get(key);
    if (given != null) {
      return Optional.of(given.text());
    }
    return key.fallback().isEmpty() ? Optional.empty() : Optional.of(key.fallback());
  }

  public Duration duration(ConfigKey key) {
    return text(key).flatMap(Amounts::duration).orElseThrow();
  }

  /** How long there is a way back; zero for none. */
  public Duration window(ConfigKey key) {
    return text(key).flatMap(ValueKind::window).orElseThrow();
  }

  /** Whether the user has given a value, and not only the key's default is there. */
  public boolean given(ConfigKey key) {
    return values.containsKey(key);
  }

  public long bytes(ConfigKey key) {
    return text(key).flatMap(Amounts::bytes).orElseThrow();
  }

  public int count(ConfigKey key) {
    return text(key).flatMap(ValueKind::count).orElseThrow();
  }

  public boolean flag(ConfigKey key) {
    return text(key).filter("true"::equals).isPresent();
  }

  public List<String> list(ConfigKey key) {
    Given given = values.get(key);
    return given == null ? List.of() : given.texts();
  }

  /** Where the page is wanted; empty when none is. */
  public Optional<WebAddress> dashboard() {
    return text(ConfigKey.DASHBOARD)
        .filter(text -> !text.equals("false"))
        .map(text -> WebAddress.parse(text.equals("true") ? "127.0.0.1" : text).orElseThrow());
  }

  /** Whom to tell. */
  public Optional<Webhook> webhook() {
    return text(ConfigKey.NOTIFY).flatMap(Webhook::of);
  }

  /** Whether it stands on the command line, where every account of the machine can read it. */
  public boolean onCommandLine(ConfigKey key) {
    Given given = values.get(key);
    return given != null && given.origin().equals(key.flag());
  }

  /** What moves the traffic, in the user's order. */
  List<TrafficEntry> traffic() {
    return traffic;
  }

  /** Which tables the user wants. */
  public Scope scope() {
    return new Scope(list(ConfigKey.INCLUDE), list(ConfigKey.EXCLUDE));
  }

  /** What the user has decided for tables. */
  public TableOptions tableOptions() {
    return new TableOptions(
        list(ConfigKey.REPLICA_IDENTITY_FULL),
        list(ConfigKey.COPY_AT_CUTOVER),
        flag(ConfigKey.ONE_SNAPSHOT) || nativeFeed().isPresent()
            ? TableOptions.States.ONE
            : TableOptions.States.MANY);
  }

  /** Present where the target is to follow by its own replication. */
  public Optional<NativeFeed> nativeFeed() {
    return text(ConfigKey.FEED).filter("native"::equals).map(word -> replica());
  }

  /** Present where the whole server is to be brought over by its own means. */
  public Optional<ServerClone> serverClone() {
    return text(ConfigKey.COPY)
        .flatMap(word ->
            Stream.of(ServerClone.Kind.values()).filter(k -> k.word().equals(word)).findFirst())
        .map(kind -> new ServerClone(kind, replica().source()));
  }

  /** How the target finds the source if it is to follow by its own replication. */
  public NativeFeed replica() {
    return new NativeFeed(text(ConfigKey.SOURCE_FOR_TARGET).flatMap(Address::parse));
  }

  /** What becomes of schema changes in the feed. */
  public DdlPolicy ddlPolicy() {
    return DdlPolicy.valueOf(text(ConfigKey.DDL).orElseThrow().toUpperCase(Locale.ROOT));
  }

  /** Accounts of the source's provider that stay open when the source is closed. */
  public List<String> providerAccounts() {
    return list(ConfigKey.PROVIDER_ACCOUNT);
  }

  /** What the user leaves out of the schema. */
  public Set<SchemaOption> schemaOptions() {
    EnumSet<SchemaOption> options = EnumSet.noneOf(SchemaOption.class);
    SCHEMA_OPTIONS.forEach((key, option) -> {
      if (flag(key)) {
        options.add(option);
      }
    });
    return options;
  }
}
