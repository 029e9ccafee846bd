// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import dev.fram.api.model.Secret;
import dev.fram.traffic.socket.Place;
import dev.fram.traffic.socket.TimedSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * PgBouncer's admin console: PostgreSQL's protocol (manual, chapter "Frontend/Backend Protocol"),
 * simple queries only, and not one more start-up parameter than PgBouncer 1.18 takes from an admin.
 * Owned by one thread; every wait ends at the limit.
 */
final class Console implements AutoCloseable {
  private static final int PROTOCOL_3 = 3 << 16;
  private static final int LONGEST = 1 << 24;

  private final TimedSocket socket;

  private Console(TimedSocket socket) {
    this.socket = socket;
  }

  /**
   * Who logs in.
   *
   * @param user one of {@code admin_users}
   * @param database {@code pgbouncer}
   */
  record Login(String user, String database, Optional<Secret> password) {}

  /**
   * @throws ConsoleError when the login is refused
   */
  static Console open(Place place, Login login, Duration limit) throws IOException {
    Console console = new Console(TimedSocket.open(place, limit));
    try {
      console.startUp(login);
      return console;
    } catch (IOException | RuntimeException e) {
      console.close();
      throw e;
    }
  }

  /** What follows may take this long. */
  Console within(Duration limit) {
    socket.limit(limit);
    return this;
  }

  /** The rows of a SHOW, each by column name; none for a command. */
  List<Map<String, String>> ask(String sql) throws IOException {
    send('Q', text(sql));
    List<String> columns = new ArrayList<>();
    List<Map<String, String>> rows = new ArrayList<>();
    Optional<ConsoleError> error = Optional.empty();
    while (true) {
      Message message = next();
      switch (message.type) {
        case 'T' -> columns = columns(message.body);
        case 'D' -> rows.add(row(columns, message.body));
        case 'E' -> error = Optional.of(new ConsoleError(message(message.body)));
        case 'Z' -> {
          if (error.isPresent()) {
            throw error.get();
          }
          return rows;
        }
        default -> {} // command completions, notices
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  private record Message(char type, ByteBuffer body) {}

  private void startUp(Login login) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(ByteBuffer.allocate(4).putInt(PROTOCOL_3).array());
    for (String word : List.of("user", login.user, "database", login.database)) {
      body.writeBytes(text(word));
    }
    body.write(0);
    socket.write(
        ByteBuffer.allocate(4 + body.size())
            .putInt(4 + body.size())
            .put(body.toByteArray())
            .array());
    Optional<Scram> scram = Optional.empty();
    while (true) {
      Message message = next();
      switch (message.type) {
        case 'R' -> scram = authenticate(message.body, login, scram);
        case 'E' -> throw new ConsoleError(message(message.body));
        case 'Z' -> {
          return;
        }
        default -> {} // parameters, notices
      }
    }
  }

  private Optional<Scram> authenticate(ByteBuffer body, Login login, Optional<Scram> running)
      throws IOException {
    int method = body.getInt();
    switch (method) {
      case 0 -> {}
      case 3 -> send('p', text(password(login)));
      case 5 -> send('p', text(Md5.answer(login.user, password(login), rest(body))));
      case 10 -> {
        Scram scram = new Scram(password(login));
        byte[] first = scram.first();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(text(Scram.MECHANISM));
        answer.writeBytes(ByteBuffer.allocate(4).putInt(first.length).array());
        answer.writeBytes(first);
        send('p', answer.toByteArray());
        return Optional.of(scram);
      }
      case 11 -> send('p', running.orElseThrow(Console::outOfStep).last(rest(body)));
      case 12 -> running.orElseThrow(Console::outOfStep).verify(rest(body));
      default ->
          throw new ConsoleError(
              "it wants a login of kind " + method + ", which Fram does not know");
    }
    return running;
  }

  private static ConsoleError outOfStep() {
    return new ConsoleError("it does not keep to the protocol");
  }

  private static String password(Login login) throws ConsoleError {
    return login
        .password
        .map(Secret::reveal)
        .orElseThrow(() -> new ConsoleError("it wants a password, and none is set"));
  }

  private Message next() throws IOException {
    char type = (char) socket.read(1)[0];
    int length = ByteBuffer.wrap(socket.read(4)).getInt();
    if (length < 4 || length > LONGEST) {
      throw new IOException("this is not PostgreSQL's protocol");
    }
    return new Message(type, ByteBuffer.wrap(socket.read(length - 4)));
  }

  private void send(char type, byte[] body) throws IOException {
    socket.write(
        ByteBuffer.allocate(5 + body.length)
            .put((byte) type)
            .putInt(4 + body.length)
            .put(body)
            .array());
  }

  private static List<String> columns(ByteBuffer body) {
    int count = body.getShort();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(string(body));
      body.position(body.position() + 18);
    }
    return names;
  }

  private static Map<String, String> row(List<String> columns, ByteBuffer body) {
    int count = body.getShort();
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      int length = body.getInt();
      byte[] value = new byte[Math.max(0, length)];
      body.get(value);
      row.put(columns.get(i), new String(value, StandardCharsets.UTF_8));
    }
    return row;
  }

  /** The field M of an error. */
  private static String message(ByteBuffer body) {
    while (body.hasRemaining()) {
      char field = (char) body.get();
      if (field == 0) {
        break;
      }
      String value = string(body);
      if (field == 'M') {
        return value;
      }
    }
    return "an error without a message";
  }

  private static String string(ByteBuffer body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte b = body.get(); b != 0; b = body.get()) {
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static byte[] rest(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }

  private static byte[] text(String word) {
    return (word + "\0").getBytes(StandardCharsets.UTF_8);
  }
}
