// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Browsers that have shown the token. The oldest go when there are many. Thread-safe. */
final class Sessions {
  private static final int MOST = 64;

  private final SecureRandom random;
  private final Map<String, String> secrets = new LinkedHashMap<>();

  /**
   * @param id what the cookie holds
   * @param secret what the page sends with each action; a foreign page cannot read it
   */
  record Session(String id, String secret) {}

  Sessions(SecureRandom random) {
    this.random = random;
  }

  synchronized Session open() {
    Session session = new Session(Token.made(random).reveal(), Token.made(random).reveal());
    secrets.put(session.id(), session.secret());
    if (secrets.size() > MOST) {
      secrets.remove(secrets.keySet().iterator().next());
    }
    return session;
  }

  synchronized Optional<Session> find(String id) {
    return Optional.ofNullable(secrets.get(id)).map(secret -> new Session(id, secret));
  }

  synchronized void end(String id) {
    secrets.remove(id);
  }
}
