// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.ServerException;
import dev.fram.testkit.tools.PgTools;
import java.nio.file.Path;

/** Which product the demo shows, from which version to which. */
public sealed interface DemoPair {

  /** Both servers as a person says it. */
  String title();

  /** Gets ready what the migration itself needs on this machine. */
  void prepare();

  DemoServer startSource();

  DemoServer startTarget();

  /** A file by which the product's own client finds the password of a server. */
  LoginFile loginFile(Path folder, DemoServer server, String role);

  /**
   * @param file where it goes
   * @param text what is in it
   * @param use how it is used, as a line for a person
   */
  record LoginFile(Path file, String text, String use) {}

  /** PostgreSQL to PostgreSQL. */
  record Postgres(PostgresVersion source, PostgresVersion target) implements DemoPair {
    @Override
    public String title() {
      return "PostgreSQL " + source.major() + " and " + target.major();
    }

    @Override
    public void prepare() {
      String tools = PgTools.atLeast(source.major()).binFolder().toString();
      System.setProperty("fram.pg.bin", tools);
    }

    @Override
    public DemoServer startSource() {
      return PostgresDemoServer.start(source);
    }

    @Override
    public DemoServer startTarget() {
      return PostgresDemoServer.start(target);
    }

    @Override
    public LoginFile loginFile(Path folder, DemoServer server, String role) {
      Path file = folder.resolve(role + ".pgpass");
      String text =
          "127.0.0.1:%d:*:%s:%s%n".formatted(server.port(), server.user(), server.password());
      return new LoginFile(file, text, "export PGPASSFILE=" + file);
    }
  }

  /** MySQL to MySQL, or MariaDB to MariaDB. */
  record MySql(MySqlVersion source, MySqlVersion target) implements DemoPair {
    @Override
    public String title() {
      return source.product() + " and " + target.product();
    }

    @Override
    public void prepare() {}

    @Override
    public DemoServer startSource() {
      return MySqlDemoServer.start(source);
    }

    @Override
    public DemoServer startTarget() {
      return MySqlDemoServer.start(target);
    }

    @Override
    public LoginFile loginFile(Path folder, DemoServer server, String role) {
      Path file = folder.resolve(role + ".cnf");
      String text =
          "[client]\nprotocol=TCP\nhost=127.0.0.1\nport=%d\nuser=%s\npassword=%s\n"
              .formatted(server.port(), server.user(), server.password());
      return new LoginFile(file, text, "mysql --defaults-file=" + file);
    }
  }

  static ServerException unusable(String uri, Exception cause) {
    return new ServerException(uri + " cannot be used: " + cause.getMessage(), cause);
  }
}
