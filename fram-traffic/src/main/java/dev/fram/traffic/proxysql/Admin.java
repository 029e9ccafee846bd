// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import com.github.shyiko.mysql.binlog.network.Authenticator;
import com.github.shyiko.mysql.binlog.network.protocol.ErrorPacket;
import com.github.shyiko.mysql.binlog.network.protocol.GreetingPacket;
import com.github.shyiko.mysql.binlog.network.protocol.PacketChannel;
import com.github.shyiko.mysql.binlog.network.protocol.ResultSetRowPacket;
import com.github.shyiko.mysql.binlog.network.protocol.command.QueryCommand;
import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One session of ProxySQL's admin interface: MySQL's text protocol in front of SQLite. MySQL's own
 * drivers ask for variables on connecting that SQLite does not have, and give up (ProxySQL's issues
 * 1671 and 743); so this speaks by the packets of the library that reads the binlog. Not encrypted.
 * Owned by one thread; every wait for an answer ends at the limit.
 *
 * <p>The library counts packets without the protocol's wrap at 256: an answer must stay below some
 * 200 rows, and no value may be NULL. The statements here see to both.
 */
final class Admin implements AutoCloseable {
  private static final int OK = 0x00;
  private static final int END = 0xFE;
  private static final int ERROR = 0xFF;
  private static final int LONGEST_END = 9;

  /** Of a column's definition: catalog, schema, table, and the table's own name. */
  private static final int NAMES_BEFORE = 4;

  private final PacketChannel channel;

  private Admin(PacketChannel channel) {
    this.channel = channel;
  }

  /**
   * Who logs in.
   *
   * @param user one of {@code admin-admin_credentials}
   */
  record Login(String user, Optional<Secret> password) {}

  /**
   * @throws IOException also when the login is refused; holds no secret
   */
  static Admin open(Address address, Login login, Duration limit) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) limit.toMillis());
      socket.connect(new InetSocketAddress(address.host(), address.port()), (int) limit.toMillis());
      PacketChannel channel = new CarefulChannel(socket);
      logIn(channel, login);
      return new Admin(channel);
    } catch (RuntimeException e) {
      socket.close();
      throw new IOException("this is not MySQL's protocol", e);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void logIn(PacketChannel channel, Login login) throws IOException {
    byte[] greeting = channel.read();
    if (type(greeting) == ERROR) {
      throw error(greeting);
    }
    @Nullable String noSchema = null;
    new Authenticator(
            new GreetingPacket(greeting),
            channel,
            noSchema,
            login.user,
            login.password.map(Secret::reveal).orElse(""))
        .authenticate();
    channel.authenticationComplete();
  }

  /** The rows of a SELECT, each by column name; none for anything else. */
  List<Map<String, String>> ask(String sql) throws IOException {
    try {
      channel.write(new QueryCommand(sql));
      byte[] first = channel.read();
      return switch (type(first)) {
        case ERROR -> throw error(first);
        case OK -> List.of();
        default -> rows(columns(type(first)));
      };
    } catch (RuntimeException e) {
      throw new IOException("this is not MySQL's protocol", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  private List<String> columns(int count) throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteArrayInputStream definition = new ByteArrayInputStream(channel.read());
      for (int before = 0; before < NAMES_BEFORE; before++) {
        definition.readLengthEncodedString();
      }
      names.add(definition.readLengthEncodedString());
    }
    channel.read(); // the end of the columns
    return names;
  }

  private List<Map<String, String>> rows(List<String> columns) throws IOException {
    List<Map<String, String>> rows = new ArrayList<>();
    while (true) {
      byte[] packet = channel.read();
      if (type(packet) == ERROR) {
        throw error(packet);
      }
      if (type(packet) == END && packet.length < LONGEST_END) {
        return rows;
      }
      ResultSetRowPacket values = new ResultSetRowPacket(packet);
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        row.put(columns.get(i), values.getValue(i));
      }
      rows.add(row);
    }
  }

  private static int type(byte[] packet) throws IOException {
    if (packet.length == 0) {
      throw new IOException("an empty packet");
    }
    return packet[0] & 0xff;
  }

  private static AdminError error(byte[] packet) throws IOException {
    return new AdminError(
        new ErrorPacket(Arrays.copyOfRange(packet, 1, packet.length)).getErrorMessage());
  }
}
