// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The password file that libpq reads, by libpq's rules (PostgreSQL manual, "The Password File";
 * fe-connect.c, passwordFromFile): {@code host:port:database:user:password}, {@code *} for any,
 * backslash before a colon or a backslash, first match wins; a file that others can read is
 * ignored.
 */
final class PgPass {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final Path file;

  PgPass(Path file) {
    this.file = file;
  }

  /** What is sought; every part as libpq would use it, defaults filled in. */
  record Login(String host, String port, String database, String user) {}

  /** What was found: a password, nothing, or why the file was not used. */
  record Answer(Optional<Secret> password, Optional<String> warning) {}

  Answer find(Login login) {
    if (!Files.isRegularFile(file)) {
      return new Answer(Optional.empty(), Optional.empty());
    }
    try {
      if (othersMayUse()) {
        return new Answer(
            Optional.empty(),
            Optional.of(
                file + " is ignored because others have access to it. Run: chmod 600 " + file));
      }
      return new Answer(
          Files.readString(file, StandardCharsets.UTF_8)
              .lines()
              .map(line -> match(line, login))
              .flatMap(Optional::stream)
              .findFirst(),
          Optional.empty());
    } catch (IOException e) {
      return new Answer(
          Optional.empty(),
          Optional.of(file + " cannot be read (" + e.getClass().getSimpleName() + ")."));
    }
  }

  private boolean othersMayUse() throws IOException {
    if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
      return false;
    }
    return Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains);
  }

  static Optional<Secret> match(String line, Login login) {
    if (line.startsWith("#")) {
      return Optional.empty();
    }
    List<Field> fields = fields(line);
    boolean matches =
        fields.size() == 5
            && fields.get(0).matches(login.host())
            && fields.get(1).matches(login.port())
            && fields.get(2).matches(login.database())
            && fields.get(3).matches(login.user());
    return matches && !fields.get(4).text().isEmpty()
        ? Optional.of(new Secret(fields.get(4).text()))
        : Optional.empty();
  }

  private record Field(String text, boolean any) {
    boolean matches(String wanted) {
      return any || text.equals(wanted);
    }
  }

  /** Four fields that a bare colon ends, then the password: all the rest, colons included. */
  private static List<Field> fields(String line) {
    List<Field> fields = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int start = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ':' && fields.size() < 4) {
        fields.add(new Field(text.toString(), line.substring(start, i).equals("*")));
        text.setLength(0);
        start = i + 1;
      } else if (c == '\\' && i + 1 < line.length()) {
        text.append(line.charAt(++i));
      } else {
        text.append(c);
      }
    }
    fields.add(new Field(text.toString(), false));
    return fields;
  }
}
