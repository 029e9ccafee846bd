// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One login by SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677). Used once. */
final class Scram {
  static final String MECHANISM = "SCRAM-SHA-256";
  private static final String HEADER = "n,,";
  private static final int NONCE_BYTES = 18;

  private final String password;
  private final String nonce;
  private String expected = "";

  Scram(String password) {
    this(password, randomNonce());
  }

  Scram(String password, String nonce) {
    this.password = password;
    this.nonce = nonce;
  }

  byte[] first() {
    return (HEADER + bare()).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @throws ConsoleError when the server's challenge is not an answer to ours
   */
  byte[] last(byte[] challenge) throws ConsoleError {
    String server = new String(challenge, StandardCharsets.UTF_8);
    Map<Character, String> fields = fields(server);
    String whole = fields.getOrDefault('r', "");
    if (!whole.startsWith(nonce) || !fields.containsKey('s') || !fields.containsKey('i')) {
      throw new ConsoleError("it does not keep to SCRAM");
    }
    byte[] salted =
        salted(
            Base64.getDecoder().decode(fields.get('s')),
            Integer.parseInt(fields.getOrDefault('i', "0")));
    String without =
        "c="
            + Base64.getEncoder().encodeToString(HEADER.getBytes(StandardCharsets.UTF_8))
            + ",r="
            + whole;
    String auth = bare() + "," + server + "," + without;
    byte[] clientKey = hmac(salted, "Client Key");
    byte[] signature = hmac(sha256(clientKey), auth);
    byte[] proof = new byte[clientKey.length];
    for (int i = 0; i < proof.length; i++) {
      proof[i] = (byte) (clientKey[i] ^ signature[i]);
    }
    expected = "v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), auth));
    return (without + ",p=" + Base64.getEncoder().encodeToString(proof))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the server knows the password too. */
  void verify(byte[] answer) throws ConsoleError {
    if (!MessageDigest.isEqual(answer, expected.getBytes(StandardCharsets.UTF_8))) {
      throw new ConsoleError("it does not know the password itself: is it the right server?");
    }
  }

  /** PostgreSQL takes the user's name from the start-up packet and ignores this one. */
  private String bare() {
    return "n=,r=" + nonce;
  }

  private byte[] salted(byte[] salt, int iterations) {
    byte[] block = new byte[salt.length + 4];
    System.arraycopy(salt, 0, block, 0, salt.length);
    block[block.length - 1] = 1;
    byte[] round = hmac(password.getBytes(StandardCharsets.UTF_8), block);
    byte[] result = round.clone();
    for (int i = 1; i < iterations; i++) {
      round = hmac(password.getBytes(StandardCharsets.UTF_8), round);
      for (int j = 0; j < result.length; j++) {
        result[j] ^= round[j];
      }
    }
    return result;
  }

  private static Map<Character, String> fields(String message) {
    Map<Character, String> fields = new HashMap<>();
    for (String part : message.split(",", -1)) {
      if (part.length() > 2 && part.charAt(1) == '=') {
        fields.put(part.charAt(0), part.substring(2));
      }
    }
    return fields;
  }

  private static byte[] hmac(byte[] key, String text) {
    return hmac(key, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] hmac(byte[] key, byte[] text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String randomNonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
