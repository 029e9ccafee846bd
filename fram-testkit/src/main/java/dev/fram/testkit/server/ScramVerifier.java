// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What PostgreSQL keeps of a password (RFC 5803; auth-scram.c, {@code scram_build_secret}): the
 * client's key is derived in one round, where a server that is given the password takes 4096. Those
 * protect what people think of; our passwords are 128 random bits. They were 40 % of the processor
 * time of the tests' JVMs, because each of thousands of logins pays for them. The exchange between
 * client and server is the same. Immutable.
 */
final class ScramVerifier {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int ROUNDS = 1;
  private static final int SALT_BYTES = 16;

  private ScramVerifier() {}

  /** To be given to {@code ALTER ROLE .. PASSWORD} in the password's place. */
  static String of(String password) {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    try {
      byte[] salted = salted(password.getBytes(US_ASCII), salt);
      byte[] client = hmac(salted, "Client Key".getBytes(US_ASCII));
      byte[] stored = MessageDigest.getInstance("SHA-256").digest(client);
      byte[] server = hmac(salted, "Server Key".getBytes(US_ASCII));
      return "SCRAM-SHA-256$%d:%s$%s:%s"
          .formatted(ROUNDS, base64(salt), base64(stored), base64(server));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** RFC 5802, section 2.2: Hi() of one round is U1, of the salt and the number of its block. */
  private static byte[] salted(byte[] password, byte[] salt) throws GeneralSecurityException {
    byte[] block = new byte[salt.length + Integer.BYTES];
    System.arraycopy(salt, 0, block, 0, salt.length);
    block[block.length - 1] = 1;
    return hmac(password, block);
  }

  private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(ALGORITHM);
    mac.init(new SecretKeySpec(key, ALGORITHM));
    return mac.doFinal(message);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
