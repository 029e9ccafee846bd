// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.util.Map;
import org.eclipse.jetty.server.Response;

/** What every answer tells the browser to refrain from. */
final class SafeHeaders {
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
                  + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Permissions-Policy", "camera=(), microphone=(), geolocation=()",
          "Cache-Control", "no-store");

  private SafeHeaders() {}

  /** The report has its style in itself, and nothing that runs: whatever else is in it is dead. */
  static void putForReport(Response response) {
    response
        .getHeaders()
        .put(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
                + " frame-ancestors 'none'; sandbox");
  }

  static void put(Response response) {
    HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
  }
}
