// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An SSH server of OpenSSH's own on loopback: a jump host. Its host key and the one key that gets
 * in are made for it; it lets nobody in but the account that it runs as. It can lose its
 * connections, be killed and started again. Owned by one test.
 */
public final class SshServer implements AutoCloseable {
  private static final String KEYGEN = "usr/bin/ssh-keygen";
  private static final String AGENT = "usr/bin/ssh-agent";
  private static final String HOST_KEY = "host_key";

  private final ProxyServer server;
  private final Path folder;
  private final String user;

  private SshServer(ProxyServer server, Path folder, String user) {
    this.server = server;
    this.folder = folder;
    this.user = user;
  }

  /**
   * Starts one.
   *
   * @param folder empty, for the client's files
   * @param settings further lines of its configuration
   */
  public static SshServer start(Path folder, String... settings) {
    return start(server(Optional.empty()), folder, settings);
  }

  /** The same where commands can be run, as the account that it runs as. */
  public static SshServer machine(Path folder, String... settings) {
    return start(server(Optional.of(folder.resolve("passwd"))), folder, settings);
  }

  private static SshServer start(ProxyServer server, Path folder, String... settings) {
    try {
      SshServer made = new SshServer(server, folder, server.login());
      Path key = made.makeKey("id_ed25519", "ed25519", "");
      server.write("authorized_keys", Files.readString(open(key)));
      made.giveHostKey("ed25519");
      server.write("sshd_config", configuration(server, settings));
      // Without a new program for each connection: that would start outside of its own loader.
      server.start("-D", "-e", "-r", "-f", server.file("sshd_config").toString());
      return made;
    } catch (IOException e) {
      server.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  public int port() {
    return server.port();
  }

  /** {@code ssh://user@127.0.0.1:port}. */
  public String uri() {
    return "ssh://" + user + "@127.0.0.1:" + port();
  }

  public String user() {
    return user;
  }

  /** The key that gets in. */
  public Path key() {
    return folder.resolve("id_ed25519");
  }

  /** A file of known hosts with this one's key in it. */
  public Path knownHosts() throws IOException {
    return Files.writeString(folder.resolve("known_hosts"), knownHost());
  }

  /** Its line in such a file. */
  public String knownHost() throws IOException {
    return "[127.0.0.1]:" + port() + " " + Files.readString(open(server.file(HOST_KEY)));
  }

  /** The fingerprint of its key, as ssh-keygen says it. */
  public String fingerprint() throws IOException {
    return keygen("-l", "-f", server.file(HOST_KEY).toString()).split(" ", -1)[1];
  }

  /** Makes a key pair in the client's folder, which gets in nowhere. */
  public Path makeKey(String name, String kind, String passphrase) throws IOException {
    Path file = folder.resolve(name);
    keygen("-q", "-t", kind, "-N", passphrase, "-C", "test", "-f", file.toString());
    return file;
  }

  /** Lets a key in too. */
  public void letIn(Path key) throws IOException {
    String before = Files.readString(server.file("authorized_keys"));
    server.write("authorized_keys", before + Files.readString(open(key)));
  }

  /** Takes another host key, from the next start on. */
  public void giveHostKey(String kind) throws IOException {
    Path made = Files.createTempDirectory(folder, "host").resolve(HOST_KEY);
    keygen("-q", "-t", kind, "-N", "", "-C", "test", "-f", made.toString());
    for (Path file : List.of(made, open(made))) {
      Path there = server.file(file.getFileName().toString());
      Files.move(file, there, StandardCopyOption.REPLACE_EXISTING);
      server.write(there.getFileName().toString(), Files.readString(there));
      Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** Hides the names in a file of known hosts (ssh-keygen -H). */
  public void hash(Path knownHosts) throws IOException {
    keygen("-H", "-f", knownHosts.toString());
  }

  /** An agent with a key in it, on a socket in the client's folder; the caller ends it. */
  public Process agent(Path socket) throws IOException {
    return new ProcessBuilder(
            Stream.concat(server.beside(AGENT).stream(), Stream.of("-D", "-a", socket.toString()))
                .toList())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Puts a key into an agent. */
  public void add(Path key, Path socket) throws IOException {
    List<String> words = new ArrayList<>(List.of("env", "SSH_AUTH_SOCK=" + socket));
    words.addAll(server.beside("usr/bin/ssh-add"));
    words.add(key.toString());
    run(words);
  }

  /** Ends every connection; new ones are taken. */
  public void cut() {
    server.cut();
  }

  /** SIGKILL to it and its connections. */
  public void kill() throws IOException {
    server.kill();
  }

  /** Starts it again on the same port. */
  public void startAgain() throws IOException {
    server.start();
  }

  public String log() throws IOException {
    return server.log();
  }

  @Override
  public void close() {
    server.close();
  }

  private static ProxyServer server(Optional<Path> passwd) {
    try {
      ServerAccount account = ServerAccount.unlocked();
      return ProxyServer.of(
          ProxyProgram.SSHD, passwd.isPresent() ? account.withShell(passwd.get()) : account);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path open(Path key) {
    return key.resolveSibling(key.getFileName() + ".pub");
  }

  private static String configuration(ProxyServer server, String... settings) {
    return """
    Port %d
    ListenAddress 127.0.0.1
    HostKey %s
    AuthorizedKeysFile %s
    UsePAM no
    StrictModes no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    PidFile none
    AllowTcpForwarding yes
    MaxStartups 100
    LogLevel VERBOSE
    %s
    """
        .formatted(
            server.port(),
            server.file(HOST_KEY),
            server.file("authorized_keys"),
            String.join("\n", settings));
  }

  private String keygen(String... words) throws IOException {
    return run(Stream.concat(server.beside(KEYGEN).stream(), Stream.of(words)).toList());
  }

  private static String run(List<String> words) throws IOException {
    Command.Result result = Command.of(words).run();
    if (result.exit() != 0) {
      throw new ServerException(words + " ended with " + result.exit() + ": " + result.output());
    }
    return result.output();
  }
}
