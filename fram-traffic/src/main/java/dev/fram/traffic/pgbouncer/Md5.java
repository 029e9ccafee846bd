// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The answer to PostgreSQL's md5 login (manual, "Message Flow"). */
final class Md5 {
  private Md5() {}

  static String answer(String user, String password, byte[] salt) {
    String inner = hex((password + user).getBytes(StandardCharsets.UTF_8), new byte[0]);
    return "md5" + hex(inner.getBytes(StandardCharsets.UTF_8), salt);
  }

  private static String hex(byte[] text, byte[] salt) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(text);
      return HexFormat.of().formatHex(digest.digest(salt));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
