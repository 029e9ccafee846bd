// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** The word that lets somebody act. It never shows itself by accident. Immutable. */
public final class Token {
  /** A word of the user's own must be at least so long. */
  public static final int SHORTEST = 16;

  private static final int BYTES = 24;

  private final String word;

  private Token(String word) {
    this.word = word;
  }

  /** The user's own. */
  public static Token of(String word) {
    return new Token(word);
  }

  /** One that nobody can guess. */
  public static Token made(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new Token(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** For the terminal of the user who has started this, and for nothing else. */
  public String reveal() {
    return word;
  }

  /** Takes the same time whatever the difference is. */
  boolean matches(String other) {
    return MessageDigest.isEqual(word.getBytes(UTF_8), other.getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return "***";
  }
}
