// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Who may see and who may act. A name that is not ours is refused, because a foreign page can make
 * its own name point at this machine (DNS rebinding); a request that another site has caused is
 * refused; to act takes the token, and from a browser also the session's secret, which another site
 * cannot read. Thread-safe.
 */
final class Gate {
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");
  private static final String BEARER = "Bearer ";
  private static final String SECRET_HEADER = "X-Fram-Secret";
  private static final String SITE_HEADER = "Sec-Fetch-Site";

  private final Token token;
  private final Reading reading;
  private final String host;
  private final Sessions sessions;

  /** Who may look on. */
  enum Reading {
    /** Whoever reaches the port: it is this machine's own. */
    OPEN,
    WITH_TOKEN
  }

  /**
   * @param host the name under which the user has opened the page
   */
  Gate(Token token, Reading reading, String host, Sessions sessions) {
    this.token = token;
    this.reading = reading;
    this.host = host.toLowerCase(Locale.ROOT);
    this.sessions = sessions;
  }

  /** Why nothing at all is served to it. */
  Optional<Body> refusal(Request request) {
    String name = authority(request).toLowerCase(Locale.ROOT).replaceFirst(":[0-9]{1,5}$", "");
    boolean ours =
        name.equals(host)
            || name.equals("localhost")
            || (reading == Reading.WITH_TOKEN
                ? ADDRESS.matcher(name).matches()
                : name.equals("127.0.0.1") || name.equals("[::1]"));
    if (!ours) {
      return Optional.of(
          Body.refused(
              421,
              "Fram's page is not served under this name. Use the address that fram migrate has"
                  + " printed."));
    }
    return Optional.empty();
  }

  /** Why it may not see the migration. */
  Optional<Body> refusalToRead(Request request) {
    if (fromAnotherSite(request)) {
      return Optional.of(foreign());
    }
    boolean may = reading == Reading.OPEN || bearer(request) || session(request).isPresent();
    return may ? Optional.empty() : Optional.of(unknown());
  }

  /**
   * Why it may not have the report, which holds more than the page: logins, addresses and
   * certificates of both servers, which it takes a while to ask. Always needs the token.
   */
  Optional<Body> refusalToTake(Request request) {
    if (fromAnotherSite(request)) {
      return Optional.of(foreign());
    }
    boolean may = bearer(request) || session(request).isPresent();
    return may ? Optional.empty() : Optional.of(unknown());
  }

  /** Why it may not act. */
  Optional<Body> refusalToAct(Request request) {
    if (fromAnotherSite(request) || foreignOrigin(request)) {
      return Optional.of(foreign());
    }
    if (bearer(request)) {
      return Optional.empty();
    }
    Optional<Sessions.Session> session = session(request);
    if (session.isEmpty()) {
      return Optional.of(unknown());
    }
    String secret = header(request, SECRET_HEADER);
    return Token.of(session.get().secret()).matches(secret)
        ? Optional.empty()
        : Optional.of(Body.refused(403, "The page's secret is missing. Load the page again."));
  }

  /** Opens a session for whoever shows the token. */
  Optional<Sessions.Session> logIn(Request request, String word) {
    boolean may = !fromAnotherSite(request) && !foreignOrigin(request) && token.matches(word);
    return may ? Optional.of(sessions.open()) : Optional.empty();
  }

  Optional<Sessions.Session> session(Request request) {
    String name = cookieName(request);
    List<HttpCookie> cookies = Request.getCookies(request);
    return cookies.stream()
        .filter(cookie -> cookie.getName().equals(name))
        .findFirst()
        .flatMap(cookie -> sessions.find(cookie.getValue()));
  }

  void logOut(Request request) {
    session(request).ifPresent(session -> sessions.end(session.id()));
  }

  /** Cookies know no ports: two pages on one machine must not share one. */
  static String cookieName(Request request) {
    return "fram_" + Request.getLocalPort(request);
  }

  private boolean bearer(Request request) {
    String header = header(request, HttpHeader.AUTHORIZATION.asString());
    return header.startsWith(BEARER) && token.matches(header.substring(BEARER.length()));
  }

  /** Browsers say so; who is no browser does not send it. */
  private static boolean fromAnotherSite(Request request) {
    String site = header(request, SITE_HEADER);
    return !site.isEmpty() && !site.equals("same-origin") && !site.equals("none");
  }

  private static boolean foreignOrigin(Request request) {
    String origin = header(request, HttpHeader.ORIGIN.asString());
    return !origin.isEmpty()
        && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(authority(request));
  }

  private static String authority(Request request) {
    return header(request, HttpHeader.HOST.asString());
  }

  private static String header(Request request, String name) {
    String value = request.getHeaders().get(name);
    return value == null ? "" : value;
  }

  private static Body foreign() {
    return Body.refused(403, "Another site has caused this request.");
  }

  private static Body unknown() {
    return Body.refused(401, "This needs the token that fram migrate has printed.");
  }
}
