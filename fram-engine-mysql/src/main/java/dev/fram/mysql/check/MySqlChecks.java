// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Check;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.gate.SparedAccounts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** All checks for two MySQL or MariaDB servers, in the order in which they run and are shown. */
public final class MySqlChecks {
  private MySqlChecks() {}

  /** What else there is to ask, or not to. */
  public enum About {
    /** The target is to be a replica of the source. */
    REPLICA,
    /** The target is to become a clone of the source. */
    CLONE,
    /** It is one already: what it holds is what came. */
    CLONED
  }

  /**
   * The checks; run in order by one thread. They share one session for each server, which ends with
   * the last of them.
   */
  public static List<Check> of(
      Connector source,
      Connector target,
      Scope scope,
      Set<SchemaOption> options,
      SparedAccounts spared,
      Set<About> about) {
    Catalog catalog = new Catalog(scope, source.databases());
    List<Question> all = new ArrayList<>(questions());
    if (about.contains(About.REPLICA)) {
      all.addFirst(new ReplicaCheck());
    }
    if (about.contains(About.CLONE)) {
      all.addFirst(new CloneCheck());
      // The accounts come over with all the rest.
      all.removeIf(DefinersCheck.class::isInstance);
    }
    if (about.contains(About.CLONED)) {
      all.removeIf(TargetContentCheck.class::isInstance);
    }
    return asked(all, servers(source, target, catalog, options, spared));
  }

  /** With Fram's own copy and feed. */
  public static List<Check> of(
      Connector source,
      Connector target,
      Scope scope,
      Set<SchemaOption> options,
      SparedAccounts spared) {
    return of(source, target, scope, options, spared, Set.of());
  }

  /** The same where the target is to be a replica of the source. */
  public static List<Check> ofReplica(
      Connector source,
      Connector target,
      Scope scope,
      Set<SchemaOption> options,
      SparedAccounts spared) {
    return of(source, target, scope, options, spared, Set.of(About.REPLICA));
  }

  /** What the way back needs besides; its source is the new server. */
  public static List<Check> back(
      Connector served,
      Connector former,
      Catalog catalog,
      Set<SchemaOption> options,
      SparedAccounts spared) {
    return asked(backQuestions(), servers(served, former, catalog, options, spared));
  }

  private static Servers servers(
      Connector source,
      Connector target,
      Catalog catalog,
      Set<SchemaOption> options,
      SparedAccounts spared) {
    return new Servers(new Server(source), new Server(target), catalog, options, spared);
  }

  private static List<Check> asked(List<Question> questions, Servers servers) {
    AtomicInteger unasked = new AtomicInteger(questions.size());
    return questions.stream()
        .<Check>map(question -> new AskedCheck(question, servers, unasked))
        .toList();
  }

  /** What each code asks, in order: the documentation is made from it. */
  public static Map<String, String> catalogue() {
    Map<String, String> catalogue = new LinkedHashMap<>();
    questions().forEach(question -> catalogue.put(question.code(), question.about()));
    Question replica = new ReplicaCheck();
    catalogue.put(replica.code(), replica.about());
    Question clone = new CloneCheck();
    catalogue.put(clone.code(), clone.about());
    backQuestions().forEach(q -> catalogue.putIfAbsent(q.code(), q.about()));
    return catalogue;
  }

  private static List<Question> backQuestions() {
    return List.of(
        new ServerIdCheck(),
        new LogBinCheck(),
        new BinlogFormatCheck(),
        new BinlogRowImageCheck(),
        new BinlogRowValueOptionsCheck(),
        new BinlogFiltersCheck(),
        new MaxAllowedPacketCheck(),
        new SourcePrivilegesCheck(),
        new OwnAccountCheck(),
        new ReturnCheck());
  }

  private static List<Question> questions() {
    return List.of(
        new FlavorCheck(),
        new VersionCheck(),
        new DifferentServersCheck(),
        new EncryptionCheck(),
        new ScopeCheck(),
        new ServerIdCheck(),
        new LogBinCheck(),
        new BinlogFormatCheck(),
        new BinlogRowImageCheck(),
        new BinlogRowValueOptionsCheck(),
        new BinlogRowMetadataCheck(),
        new BinlogFiltersCheck(),
        new GtidModeCheck(),
        new SourceReplicaCheck(),
        new BinlogRetentionCheck(),
        new SyncBinlogCheck(),
        new FlushLogCheck(),
        new MaxBinlogSizeCheck(),
        new MaxAllowedPacketCheck(),
        new LowerCaseTableNamesCheck(),
        new SqlModeCheck(),
        new CollationsCheck(),
        new TimeZonesCheck(),
        new StorageEnginesCheck(),
        new UsableKeyCheck(),
        new CascadesCheck(),
        new ComputedColumnsCheck(),
        new PartitioningCheck(),
        new PreparedXaCheck(),
        new SourcePrivilegesCheck(),
        new ReadPrivilegeCheck(),
        new FreezePrivilegesCheck(),
        new OwnAccountCheck(),
        new TargetPrivilegesCheck(),
        new TargetReadOnlyCheck(),
        new RequirePrimaryKeyCheck(),
        new LocalInfileCheck(),
        new DefinersCheck(),
        new EventSchedulerCheck(),
        new PluginsCheck(),
        new TargetContentCheck(),
        new LeftoversCheck());
  }
}
