// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.traffic.Traffic;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.fault.TcpProxy;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worst moments of a cutover, of a cutover that is taken back, and of a rollback: the writes to
 * the journal, between real servers and under writers. There the process is killed with SIGKILL, or
 * the network to a server breaks; the write itself happens in some of these cases and not in
 * others. Whoever tries never writes on both sides. Owned by the test's thread.
 *
 * <p>{@code -Dfram.journal.step=1} strikes at every one of them, {@code
 * -Dfram.journal.blows=CUT_SOURCE,CUT_TARGET} in these ways alone, {@code
 * -Dfram.journal.at=traffic} at the steps that a pattern finds.
 */
final class Strikes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Strikes.class);
  private static final int STEP = Integer.getInteger("fram.journal.step", 31);
  private static final Pattern AT = Pattern.compile(System.getProperty("fram.journal.at", ""));
  private static final long SEED = Long.getLong("fram.journal.seed", System.nanoTime());
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(100);

  /** What follows a write, a switch of the traffic for example, mostly takes less than that. */
  private static final Duration WITHIN = Duration.ofMillis(600);

  /** What is written in a long series of blows has to be compared after each of them. */
  private static final Writers.Pace SLOW = new Writers.Pace(3, 100);

  private final Side source;
  private final Side target;
  private final Path path;
  private final Random random = new Random(SEED);
  private final List<String> struck = new ArrayList<>();
  private final TcpProxy toSource;
  private final TcpProxy toTarget;
  private final PhaseWatch watch;
  private String seen = "";
  private long seenAt = System.nanoTime() - LOOK.toNanos();

  /**
   * One server.
   *
   * @param endpoint Fram's way to it
   * @param application the application's login, which also tries to write where it must not
   * @param observer a login that gets in at any time
   */
  record Side(Endpoint endpoint, Login application, Login observer) {}

  /**
   * How the application comes to the data.
   *
   * @param old its login at first, and when that is refused the other one
   * @param proxied Fram switches what leads it there; both logins are the same then
   * @param words for each of Fram's commands
   */
  record Path(Login old, Login young, boolean proxied, List<String> words) {
    static Path behind(Login proxy, List<String> words) {
      return new Path(proxy, proxy, true, words);
    }
  }

  /** What happens there; {@code KILL_WITHIN} strikes what the step does once that is written. */
  enum Blow {
    KILL,
    KILL_WITHIN,
    CUT_SOURCE,
    CUT_TARGET,
    CUT_BOTH;

    boolean kills() {
      return this == KILL || this == KILL_WITHIN;
    }
  }

  /** A series of blows takes its time, so not all of them need be had in one run. */
  static Stream<Blow> wanted() {
    String wanted = System.getProperty("fram.journal.blows", "");
    return Stream.of(Blow.values())
        .filter(blow -> wanted.isEmpty() || List.of(wanted.split(",")).contains(blow.name()));
  }

  /** Holds up what is written to the journal. */
  interface Stopping {
    JournalStops on(Login target) throws SQLException;
  }

  /** The application comes straight to the servers. */
  Strikes(Side source, Side target, String... words) throws IOException, SQLException {
    this(
        source,
        target,
        new Path(source.application(), target.application(), false, List.of(words)));
  }

  Strikes(Side source, Side target, Path path) throws IOException, SQLException {
    this.source = source;
    this.target = target;
    this.path = path;
    this.toSource = TcpProxy.to(source.endpoint().host(), source.endpoint().port());
    this.toTarget = TcpProxy.to(target.endpoint().host(), target.endpoint().port());
    this.watch = new PhaseWatch(target.observer(), random);
  }

  /** There and back; the tables are {@link Writers}' and one that a trigger writes to. */
  void thereAndBack(Blow blow, Stopping stopping) throws Exception {
    Writers writers = new Writers(path.old(), path.young(), SLOW);
    Checker checker = new Checker("somebody", source.application(), target.application());
    try (writers;
        checker) {
      try (JavaChild fram = fram("migrate", "--cutover=manual")) {
        awaitPhase(fram, "READY");
        fram.kill9();
      }
      checker.start();
      try (JournalStops stops = stopping.on(target.observer())) {
        until(blow, "SERVING", stops, "migrate", "--cutover=auto");
        writers.awaitMore();
        until(blow, "ROLLED_BACK", stops, "rollback");
      }
      writers.awaitMore();
      writers.close();
      checker.close();
      assertThat(checker.wrong).as(story()).isEmpty();
      writers.assertNothingLost(source.application());
    }
    assertThat(number("SELECT COUNT(*) - COUNT(DISTINCT item) FROM audit")).as(story()).isZero();
    assertThat(
            number(
                "SELECT COUNT(*) FROM item i WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.item = i.id)"))
        .as(story())
        .isZero();
    try (Move again = new Move(request(), Move.settings(MigrationSettings.Mode.MANUAL)).begin()) {
      await().atMost(LIMIT).until(() -> again.hasPhase(PhaseName.READY));
      Answer compared = Cutovers.verify(again);
      assertThat(compared.exitCode()).as(compared + "; " + story()).isZero();
    }
    System.out.println(story() + "; " + writers.broken() + " transactions broke off");
  }

  private String story() {
    return struck.size() + " blows (seed " + SEED + "): " + struck;
  }

  /**
   * Starts it again and again, each time struck a little later, until it comes to its end. One that
   * lives on with a network that was cut is struck again.
   */
  private void until(Blow blow, String phase, JournalStops stops, String... words)
      throws Exception {
    Aim aim = new Aim(1 + random.nextInt(STEP));
    boolean arrived = false;
    while (!arrived) {
      arrived = comesTo(phase, blow, stops, aim, words);
    }
  }

  /**
   * At which of the writes it strikes, counted from the start or from the last blow: it begins anew
   * then. After the hand-over it does only what is left, so that is counted from one again.
   */
  private static final class Aim {
    private int wanted;
    private int seen;
    private boolean handedOver;

    Aim(int wanted) {
      this.wanted = wanted;
    }

    boolean reached() {
      return ++seen == wanted;
    }

    void start() {
      seen = 0;
    }

    void farther(String struck) {
      boolean then = handedOver;
      handedOver |= struck.contains("hand-over") && struck.startsWith("UPDATE");
      handedOver |= struck.contains(Traffic.SWITCH);
      wanted = handedOver && !then ? 1 : wanted + STEP;
      seen = 0;
    }
  }

  /** In that phase, and whatever leads the application there has been told to, too. */
  private boolean arrived(String phase) {
    try {
      return phaseOfLate().equals(phase)
          && (!path.proxied() || watch.done(Traffic.SWITCH + " %" + turn(phase)));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is added to the names of the steps of that move. */
  private static String turn(String phase) {
    return phase.equals("ROLLED_BACK") ? "(turn 2)" : "";
  }

  /** One process; struck at its so manyth write in the phases of a move, if it comes to that. */
  private boolean comesTo(String phase, Blow blow, JournalStops stops, Aim aim, String... words)
      throws Exception {
    aim.start();
    try (JavaChild fram = fram(words)) {
      while (true) {
        long began = System.nanoTime();
        Optional<JournalStops.Stop> stop =
            stops.await(() ->
                fram.alive() && !arrived(phase) && System.nanoTime() - began < LIMIT.toNanos());
        if (stop.isEmpty()) {
          return (phase().equals(phase) && arrived(phase)) || again(fram);
        }
        boolean moving =
            List.of("CUTTING_OVER", "ROLLING_BACK").contains(phase())
                || stop.get().what().contains(Traffic.SWITCH);
        if (!moving || !AT.matcher(stop.get().what()).find() || !aim.reached()) {
          stops.pass();
          continue;
        }
        strike(blow, fram, stops, stop.get());
        aim.farther(struck.getLast());
        if (blow.kills()) {
          return false;
        }
      }
    }
  }

  private void strike(Blow blow, JavaChild fram, JournalStops stops, JournalStops.Stop stop)
      throws Exception {
    boolean happens = blow == Blow.KILL_WITHIN || random.nextBoolean();
    String what = stop.what() + (happens ? "" : ", which does not happen");
    LOG.info("{} at {}", blow, what);
    struck.add(what);
    if (blow == Blow.KILL) {
      fram.kill9();
    }
    List<TcpProxy> cut =
        switch (blow) {
          case KILL, KILL_WITHIN -> List.of();
          case CUT_SOURCE -> List.of(toSource);
          case CUT_TARGET -> List.of(toTarget);
          case CUT_BOTH -> List.of(toSource, toTarget);
        };
    cut.forEach(TcpProxy::cut);
    if (!happens) {
      stops.refuse(stop);
    }
    stops.pass();
    if (blow == Blow.KILL_WITHIN) {
      LockSupport.parkNanos((long) (random.nextDouble() * WITHIN.toNanos()));
      fram.kill9();
    }
    if (!cut.isEmpty()) {
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(3_000)).toNanos());
      cut.forEach(TcpProxy::pass);
    }
  }

  /** It may have given way to writers, and says so; one that gets no further fails the test. */
  private static boolean again(JavaChild fram) throws Exception {
    assertThat(fram.awaitExit(LIMIT)).as(fram.output()).isEqualTo(4);
    return false;
  }

  private JavaChild fram(String... command) throws Exception {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(path.words());
    all.add("--reverse-window=1h");
    return FramProcess.start(
        toSource.through(source.endpoint()),
        toTarget.through(target.endpoint()),
        all.toArray(String[]::new));
  }

  private RouteRequest request() {
    return new RouteRequest(
        toSource.through(source.endpoint()),
        toTarget.through(target.endpoint()),
        Scope.all(),
        Set.of(),
        TableOptions.none(),
        DdlPolicy.ASK);
  }

  private String phase() {
    try {
      seen = watch.phase();
      seenAt = System.nanoTime();
      return seen;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For who asks all the time: not asked of the server each time. */
  private String phaseOfLate() {
    return System.nanoTime() - seenAt < LOOK.toNanos() ? seen : phase();
  }

  private void awaitPhase(JavaChild fram, String phase) {
    await()
        .atMost(LIMIT)
        .until(() -> {
          assertThat(fram.alive()).as(fram.output()).isTrue();
          return phase().equals(phase);
        });
  }

  private long number(String query) throws SQLException {
    try (Connection connection = source.application().open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public void close() throws SQLException {
    watch.close();
    toSource.close();
    toTarget.close();
  }
}
