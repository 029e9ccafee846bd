// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.notify;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Where messages go. Its URL is a secret: only the host is ever shown. Thread-safe. */
public final class Webhook {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final URI url;
  private final HttpClient client;

  private Webhook(URI url) {
    this.url = url;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** Empty when the text is no http or https URL with a host. */
  public static Optional<Webhook> of(String text) {
    try {
      URI url = URI.create(text);
      boolean fine = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
      return fine && url.getHost() != null ? Optional.of(new Webhook(url)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What came of one try. */
  enum Delivery {
    TAKEN,
    /** Trying again may help. */
    NOT_NOW,
    REFUSED
  }

  Delivery post(String json) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(ANSWER)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    try {
      int code = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (code >= 200 && code < 300) {
        return Delivery.TAKEN;
      }
      return code == 429 || code >= 500 ? Delivery.NOT_NOW : Delivery.REFUSED;
    } catch (IOException e) {
      return Delivery.NOT_NOW;
    }
  }

  @Override
  public String toString() {
    return "the webhook at " + url.getHost();
  }
}
