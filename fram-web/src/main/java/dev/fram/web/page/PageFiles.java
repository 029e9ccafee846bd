// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The page's own files, read once. A request's path is only looked up among their names: there is
 * no folder to break out of. Immutable.
 */
final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "draw.js", "text/javascript; charset=utf-8",
          "chart.js", "text/javascript; charset=utf-8",
          "words.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private final Map<String, Body> files = new HashMap<>();

  PageFiles() {
    TYPES.forEach((name, type) -> {
      Body file = new Body(200, type, read(name));
      files.put("/" + name, file);
      if (name.equals("index.html")) {
        files.put("/", file);
      }
    });
  }

  Optional<Body> find(String path) {
    return Optional.ofNullable(files.get(path));
  }

  private static byte[] read(String name) {
    try (InputStream stream = PageFiles.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the page's file " + name + " is missing");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
