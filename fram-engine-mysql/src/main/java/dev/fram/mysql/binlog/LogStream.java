// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.event.Event;
import com.github.shyiko.mysql.binlog.event.EventData;
import com.github.shyiko.mysql.binlog.event.EventHeaderV4;
import com.github.shyiko.mysql.binlog.event.EventType;
import com.github.shyiko.mysql.binlog.event.deserialization.ChecksumType;
import com.github.shyiko.mysql.binlog.event.deserialization.EventDeserializer;
import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import com.github.shyiko.mysql.binlog.network.AuthenticationException;
import com.github.shyiko.mysql.binlog.network.SSLMode;
import com.github.shyiko.mysql.binlog.network.ServerException;
import dev.fram.api.model.Reach;
import dev.fram.api.model.Secret;
import dev.fram.mysql.connection.Encryption;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The one class that knows the client library: it logs in, asks for the log and hands out each
 * event's bytes. The library's own reading of events, its reconnecting and its bookkeeping of
 * positions are all off, because none of them is exact enough. A thread of its own reads the wire
 * into a buffer bounded in bytes; {@link #poll} and {@link #close} belong to the feed's thread.
 */
final class LogStream implements AutoCloseable {
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Kept, because the logging framework forgets settings of loggers that nobody holds. */
  private static final Logger LIBRARY = Logger.getLogger("com.github.shyiko.mysql.binlog");

  private static final Logger CLIENT = Logger.getLogger(Client.class.getName());

  static {
    // What they have to say comes as exceptions; they would write to the terminal.
    LIBRARY.setLevel(Level.OFF);
    CLIENT.setLevel(Level.OFF);
  }

  private final StreamBuffer buffer;
  private final Client client;

  private LogStream(Client client, StreamBuffer buffer) {
    this.client = client;
    this.buffer = buffer;
  }

  /** Logs in and asks for the log; events arrive from here on. */
  static LogStream open(StreamRequest request, StreamBuffer buffer) throws StreamFailure {
    Client client = new Client(request);
    RawEvents events = new RawEvents();
    client.setEventDeserializer(events);
    client.registerEventListener(event -> buffer.put(((Raw) event.getData()).event));
    client.registerLifecycleListener(new Watch(buffer));
    LogStream stream = new LogStream(client, buffer);
    Thread reader = new Thread(() -> stream.read(), "fram-binlog");
    reader.setDaemon(true);
    reader.start();
    try {
      buffer.awaitConnected(CONNECT.multipliedBy(2));
      return stream;
    } catch (StreamFailure failure) {
      stream.close();
      throw failure;
    }
  }

  /** The next event, waiting at most this long. */
  Optional<LogEvent> poll(Duration wait) throws StreamFailure {
    return buffer.poll(wait);
  }

  @Override
  public void close() {
    buffer.close();
    try {
      client.disconnect();
    } catch (IOException e) {
      // The connection is gone, which is all that was wanted.
      LIBRARY.log(Level.FINE, "closing", e);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // the library throws what it likes on its own thread
  private void read() {
    try {
      client.connect();
      buffer.failed(new StreamFailure(StreamFailure.Kind.LOST, "the server closed the connection"));
    } catch (Exception e) {
      buffer.failed(failure(e, StreamFailure.Kind.UNREACHABLE));
    } catch (Error e) {
      // A row that does not fit into the heap: nobody else would hear of it.
      buffer.died(e);
    }
  }

  private static StreamFailure failure(Throwable e, StreamFailure.Kind otherwise) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof ServerException server) {
        return new StreamFailure(
            StreamFailure.Kind.REFUSED,
            String.valueOf(server.getMessage()),
            server.getErrorCode(),
            String.valueOf(server.getSqlState()));
      }
      if (each instanceof AuthenticationException) {
        return new StreamFailure(
            StreamFailure.Kind.REFUSED, String.valueOf(each.getMessage()), 1045, "28000");
      }
    }
    if (Encryption.isRefused(e)) {
      return new StreamFailure(StreamFailure.Kind.TLS, e);
    }
    return new StreamFailure(otherwise, e);
  }

  /** The library's client without its bookkeeping. */
  private static final class Client extends BinaryLogClient {
    Client(StreamRequest request) {
      super(
          request.endpoint().reach().map(Reach::host).orElse(request.endpoint().host()),
          request.endpoint().reach().map(Reach::port).orElse(request.port()),
          request.endpoint().user(),
          request.endpoint().password().map(Secret::reveal).orElse(""));
      setServerId(request.serverId());
      setKeepAlive(false);
      setHeartbeatInterval(HEARTBEAT.toMillis());
      setConnectTimeout(CONNECT.toMillis());
      setNetWriteTimeout(3600);
      encrypt(request);
      switch (request.from()) {
        case BinlogPosition.Gtids gtids -> setGtidSet(gtids.restart().toString());
        case BinlogPosition.File file -> {
          LogPoint from = file.restart().orElse(file.at());
          setBinlogFilename(from.file());
          setBinlogPosition(from.offset());
        }
      }
    }

    private void encrypt(StreamRequest request) {
      Encryption asked = Encryption.of(request.endpoint());
      // The certificate and its names are checked by the handshake itself, not after it; the name
      // is
      // the server's own, wherever the socket goes.
      boolean verify = asked.mode().startsWith("VERIFY");
      setSSLMode(verify ? SSLMode.VERIFY_CA : SSLMode.valueOf(asked.mode()));
      setSslSocketFactory(socket -> asked.wrap(socket, request.endpoint().host()));
    }

    @Override
    protected void updateGtidSet(Event event) {
      // Positions are the feed's affair.
    }
  }

  /** Takes the frame off an event and leaves its body alone. */
  private static final class RawEvents extends EventDeserializer {
    private static final int HEADER = 19;
    private static final int CHECKSUM = 4;

    private int checksum;

    @Override
    @Deprecated
    public void setChecksumType(ChecksumType type) {
      checksum = type.getLength();
    }

    @Override
    public Event nextEvent(ByteArrayInputStream in) throws IOException {
      long seconds = in.readLong(4);
      int type = in.read();
      long server = in.readLong(4);
      int size = in.readInteger(4);
      long next = in.readLong(4);
      int flags = in.readInteger(2);
      byte[] body = in.read(size - HEADER);
      if (type == EventCode.FORMAT_DESCRIPTION) {
        // Its own checksum always has room, behind the byte that names the kind.
        checksum = body[body.length - CHECKSUM - 1] == 1 ? CHECKSUM : 0;
      }
      byte[] plain = checksum == 0 ? body : Arrays.copyOf(body, body.length - checksum);
      EventHeaderV4 header = new EventHeaderV4();
      header.setEventType(EventType.UNKNOWN);
      return new Event(header, new Raw(new LogEvent(type, seconds, server, next, flags, plain)));
    }
  }

  /** Carries an event past the library. */
  private static final class Raw implements EventData {
    private static final long serialVersionUID = 1L;
    private final transient LogEvent event;

    Raw(LogEvent event) {
      this.event = event;
    }
  }

  /** Tells the buffer what becomes of the connection. */
  private static final class Watch extends BinaryLogClient.AbstractLifecycleListener {
    private final StreamBuffer buffer;

    Watch(StreamBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public void onConnect(BinaryLogClient client) {
      buffer.connected();
    }

    @Override
    public void onCommunicationFailure(BinaryLogClient client, Exception cause) {
      buffer.failed(failure(cause, StreamFailure.Kind.LOST));
    }

    @Override
    public void onEventDeserializationFailure(BinaryLogClient client, Exception cause) {
      // The library would go on with the next event.
      buffer.failed(new StreamFailure(StreamFailure.Kind.UNREADABLE, cause));
    }
  }
}
