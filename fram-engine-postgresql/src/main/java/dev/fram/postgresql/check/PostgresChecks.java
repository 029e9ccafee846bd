// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Check;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import dev.fram.postgresql.connection.Connector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** All checks for two PostgreSQL servers, in the order in which they run and are shown. */
public final class PostgresChecks {
  private PostgresChecks() {}

  /** What is special of a migration. */
  public enum About {
    /** The target is to follow by a subscription. */
    SUBSCRIPTION,
    /** The target is to be replaced by a base backup. */
    BASE_BACKUP,
    /** It was. */
    BASED
  }

  /**
   * The checks; run in order by one thread. They share one session for each server, which ends with
   * the last of them.
   */
  public static List<Check> of(
      Connector source, Connector target, RouteRequest request, Set<About> about) {
    List<Question> all = new ArrayList<>(questions());
    if (about.contains(About.SUBSCRIPTION)) {
      all.addFirst(new SubscriptionCheck());
    }
    if (about.contains(About.BASE_BACKUP)) {
      // What the target's database is like is of no interest: it goes.
      all.removeIf(q -> q instanceof EncodingCheck || q instanceof LocaleCheck);
      all.addFirst(new BaseBackupCheck(request.targetMachine()));
    }
    if (about.contains(About.BASED)) {
      all.removeIf(q -> q instanceof TargetContentCheck);
    }
    return asked(
        all, source, target, request.scope(), request.schemaOptions(), request.tableOptions());
  }

  /** What the way back needs besides; its source is the new server. */
  public static List<Check> back(
      Connector served,
      Connector former,
      Scope scope,
      Set<SchemaOption> options,
      TableOptions tables) {
    return asked(backQuestions(), served, former, scope, options, tables);
  }

  private static List<Check> asked(
      List<Question> questions,
      Connector source,
      Connector target,
      Scope scope,
      Set<SchemaOption> options,
      TableOptions tables) {
    Servers servers =
        new Servers(new Server(source), new Server(target), scope, Set.copyOf(options), tables);
    AtomicInteger unasked = new AtomicInteger(questions.size());
    return questions.stream()
        .<Check>map(question -> new AskedCheck(question, servers, unasked))
        .toList();
  }

  /** What each code asks, in order: the documentation is made from it. */
  public static Map<String, String> catalogue() {
    Map<String, String> catalogue = new LinkedHashMap<>();
    questions().forEach(question -> catalogue.put(question.code(), question.about()));
    Question subscription = new SubscriptionCheck();
    catalogue.put(subscription.code(), subscription.about());
    Question base = new BaseBackupCheck(Optional.empty());
    catalogue.put(base.code(), base.about());
    backQuestions().forEach(q -> catalogue.putIfAbsent(q.code(), q.about()));
    return catalogue;
  }

  private static List<Question> backQuestions() {
    return List.of(
        new PrimaryCheck(),
        new WalLevelCheck(),
        new ReplicationSlotsCheck(),
        new WalSendersCheck(),
        new ReplicationLoginCheck(),
        new TableOwnerCheck(),
        new ReturnCheck());
  }

  private static List<Question> questions() {
    return List.of(
        new VersionCheck(),
        new KnownBugsCheck(),
        new DifferentServersCheck(),
        new PrimaryCheck(),
        new PooledConnectionCheck(),
        new EncryptionCheck(),
        new WalLevelCheck(),
        new ReplicationSlotsCheck(),
        new WalSendersCheck(),
        new SlotWalLimitCheck(),
        new WalSenderTimeoutCheck(),
        new IdleSlotTimeoutCheck(),
        new ReplicationLoginCheck(),
        new ReadPrivilegeCheck(),
        new RowSecurityCheck(),
        new SourceCreateCheck(),
        new TableOwnerCheck(),
        new TargetCreateCheck(),
        new ReplicaRoleCheck(),
        new RolesCheck(),
        new ScopeCheck(),
        new ReplicaIdentityCheck(),
        new UnloggedTablesCheck(),
        new ForeignTablesCheck(),
        new LargeObjectsCheck(),
        new PreparedTransactionsCheck(),
        new LongTransactionsCheck(),
        new LocksCheck(),
        new ExtensionsCheck(),
        new LibrariesCheck(),
        new EncodingCheck(),
        new LocaleCheck(),
        new CollationsCheck(),
        new TablespacesCheck(),
        new EventTriggersCheck(),
        new TargetContentCheck(),
        new OwnSchemaCheck(),
        new LeftoversCheck(),
        new ConsumersCheck(),
        new PgDumpCheck());
  }
}
