// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of MySQL's text protocol (manual, "MySQL Client/Server Protocol"): greeting,
 * login, COM_QUERY. Owned by the thread of one session.
 */
final class StandInWire {
  /** Half of what a login is mixed with; the whole has 20 bytes. */
  private static final String NONCE = "abcdefgh";

  private static final String REST = "ijklmnopqrst";
  private static final int PROTOCOL_41 = 0x0200;
  private static final int SECURE_CONNECTION = 0x8000;
  private static final int PLUGIN_AUTH = 0x0008;

  private final DataInputStream in;
  private final OutputStream out;
  private int sequence;

  StandInWire(Socket socket) throws IOException {
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /** How passwords are proven. */
  enum Plugin {
    NATIVE("mysql_native_password"),
    CACHING_SHA2("caching_sha2_password");

    private final String word;

    Plugin(String word) {
      this.word = word;
    }

    private byte[] proof(String password) {
      byte[] nonce = (NONCE + REST).getBytes(StandardCharsets.US_ASCII);
      byte[] secret = password.getBytes(StandardCharsets.UTF_8);
      String hash = this == NATIVE ? "SHA-1" : "SHA-256";
      byte[] once = digest(hash, secret);
      byte[] twice = digest(hash, once);
      byte[] mixed =
          this == NATIVE ? digest(hash, join(nonce, twice)) : digest(hash, join(twice, nonce));
      byte[] proof = new byte[once.length];
      for (int i = 0; i < once.length; i++) {
        proof[i] = (byte) (once[i] ^ mixed[i]);
      }
      return proof;
    }
  }

  /** Who has come, and the proof of the password. */
  record Arrival(String user, byte[] proof) {
    boolean knows(Plugin plugin, String password) {
      return Arrays.equals(proof, plugin.proof(password));
    }
  }

  Arrival greet(Plugin plugin) throws IOException {
    ByteArrayOutputStream greeting = new ByteArrayOutputStream();
    greeting.write(10);
    text(greeting, "8.0.11");
    number(greeting, 1, 4);
    text(greeting, NONCE);
    number(greeting, PROTOCOL_41 | SECURE_CONNECTION, 2);
    greeting.write(33);
    number(greeting, 2, 2);
    number(greeting, PLUGIN_AUTH, 2);
    greeting.write(NONCE.length() + REST.length() + 1);
    greeting.writeBytes(new byte[10]);
    text(greeting, REST);
    text(greeting, plugin.word);
    send(greeting.toByteArray());
    byte[] answer = receive();
    int user = 32;
    int end = user;
    while (answer[end] != 0) {
      end++;
    }
    int length = answer[end + 1];
    return new Arrival(
        new String(answer, user, end - user, StandardCharsets.UTF_8),
        Arrays.copyOfRange(answer, end + 2, end + 2 + length));
  }

  /** That the proof was enough, without the password itself. */
  void fastLogin() throws IOException {
    send(new byte[] {1, 3});
  }

  /**
   * Asks for the password itself.
   *
   * @return what came; empty when the other end has gone
   */
  byte[] askInTheClear() throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(0xfe);
    text(packet, "mysql_clear_password");
    send(packet.toByteArray());
    return in.readAllBytes();
  }

  /** The next statement. */
  String statement() throws IOException {
    sequence = 0;
    byte[] command = receive();
    if (command[0] != 3) {
      throw new IOException("only COM_QUERY is spoken here");
    }
    return new String(command, 1, command.length - 1, StandardCharsets.UTF_8);
  }

  void ok() throws IOException {
    send(new byte[] {0, 0, 0, 2, 0, 0, 0});
  }

  /** ProxySQL gives this number to every error of its admin interface. */
  void error(String message) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(0xff);
    number(packet, 1045, 2);
    packet.writeBytes(("#28000" + message).getBytes(StandardCharsets.UTF_8));
    send(packet.toByteArray());
  }

  void rows(List<String> columns, List<List<@Nullable String>> rows) throws IOException {
    send(new byte[] {(byte) columns.size()});
    for (String column : columns) {
      ByteArrayOutputStream packet = new ByteArrayOutputStream();
      for (String part : List.of("def", "", "", "", column, "")) {
        value(packet, part);
      }
      packet.write(12);
      number(packet, 33, 2);
      number(packet, 1024, 4);
      packet.write(253);
      packet.writeBytes(new byte[5]);
      send(packet.toByteArray());
    }
    end();
    for (List<@Nullable String> row : rows) {
      ByteArrayOutputStream packet = new ByteArrayOutputStream();
      for (String value : row) {
        value(packet, value);
      }
      send(packet.toByteArray());
    }
    end();
  }

  private void end() throws IOException {
    send(new byte[] {(byte) 0xfe, 0, 0, 2, 0});
  }

  private byte[] receive() throws IOException {
    int length = in.readUnsignedByte() | in.readUnsignedByte() << 8 | in.readUnsignedByte() << 16;
    sequence = in.readUnsignedByte() + 1;
    byte[] body = new byte[length];
    in.readFully(body);
    return body;
  }

  private void send(byte[] body) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    number(packet, body.length, 3);
    packet.write(sequence++);
    packet.writeBytes(body);
    out.write(packet.toByteArray());
    out.flush();
  }

  private static void value(ByteArrayOutputStream packet, @Nullable String value) {
    if (value == null) {
      packet.write(0xfb);
      return;
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 0xfb) {
      packet.write(bytes.length);
    } else {
      packet.write(0xfc);
      number(packet, bytes.length, 2);
    }
    packet.writeBytes(bytes);
  }

  private static void text(ByteArrayOutputStream packet, String word) {
    packet.writeBytes(word.getBytes(StandardCharsets.US_ASCII));
    packet.write(0);
  }

  private static void number(ByteArrayOutputStream packet, int number, int bytes) {
    for (int i = 0; i < bytes; i++) {
      packet.write(number >> 8 * i);
    }
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] digest(String hash, byte[] bytes) {
    try {
      return MessageDigest.getInstance(hash).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
