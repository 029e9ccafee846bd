// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A machine with an SSH server that reaches what this one does not.
 *
 * @param user the login there; empty means this machine's own user's name
 * @param host name or address, in small letters, without brackets
 * @param port TCP port
 */
public record JumpHost(String user, String host, int port) {
  static final int STANDARD_PORT = 22;

  /** By hand, because {@code java.net.URI} knows no host with an underscore. */
  private static final Pattern FORM =
      Pattern.compile(
          "(?i:ssh)://(?:([^@/?#\\s]+)@)?"
              + "(\\[[0-9A-Fa-f:.]+]|[\\p{Alnum}][\\p{Alnum}._-]*)(?::([0-9]{1,5}))?/?");

  /**
   * Reads {@code ssh://user@jump:22}, or several with commas between, the nearest first.
   *
   * @throws FramException CONFIG_INVALID, without repeating the text (it may hold a password)
   */
  public static List<JumpHost> list(String text) {
    List<JumpHost> hosts = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      hosts.add(parse(one.strip()));
    }
    return List.copyOf(hosts);
  }

  private static JumpHost parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw malformed("cannot be read.");
    }
    String login = matcher.group(1) == null ? "" : matcher.group(1);
    if (login.indexOf(':') >= 0) {
      throw malformed("holds a password, or a user with a colon: only keys open a tunnel.");
    }
    int port = matcher.group(3) == null ? STANDARD_PORT : Integer.parseInt(matcher.group(3));
    if (port < 1 || port > 65_535) {
      throw malformed("has a port that is none.");
    }
    String host = matcher.group(2).toLowerCase(Locale.ROOT);
    return new JumpHost(
        decode(login), host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  /** The same with a login, if it has none. */
  public JumpHost orUser(String name) {
    return user.isEmpty() ? new JumpHost(name, host, port) : this;
  }

  /** {@code user@host:port}. */
  public String display() {
    return (user.isEmpty() ? "" : user + "@") + bracketed() + ":" + port;
  }

  /** What opens a session there by hand. */
  String command() {
    return "ssh -p " + port + " " + (user.isEmpty() ? "" : user + "@") + host;
  }

  private String bracketed() {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Not kept as a cause: it prints the text.
      throw malformed("has a percent sign that begins no code.");
    }
  }

  private static FramException malformed(String what) {
    return new FramException(
        ErrorCode.CONFIG_INVALID,
        "A jump host " + what,
        "Write it as ssh://user@host:22; several with commas between, the nearest first.");
  }
}
