// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.model.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a child process reaches a server: by libpq's environment variables (manual 34.15), and the
 * password in a file that only this user can read and that is gone after {@link #close}. Nothing of
 * it is ever on a command line, which every user of the machine can see.
 */
final class ToolConnection implements AutoCloseable {
  /** URI parameters that libpq knows under the same meaning. */
  private static final Map<String, String> VARIABLES =
      Map.ofEntries(
          Map.entry("sslmode", "PGSSLMODE"),
          Map.entry("sslrootcert", "PGSSLROOTCERT"),
          Map.entry("sslcert", "PGSSLCERT"),
          Map.entry("sslkey", "PGSSLKEY"),
          Map.entry("sslcrl", "PGSSLCRL"),
          Map.entry("sslnegotiation", "PGSSLNEGOTIATION"),
          Map.entry("gssencmode", "PGGSSENCMODE"),
          Map.entry("gssEncMode", "PGGSSENCMODE"),
          Map.entry("channelBinding", "PGCHANNELBINDING"),
          Map.entry("channel_binding", "PGCHANNELBINDING"),
          Map.entry("requireAuth", "PGREQUIREAUTH"),
          Map.entry("require_auth", "PGREQUIREAUTH"),
          Map.entry("kerberosServerName", "PGKRBSRVNAME"));

  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Path passwordFile;

  ToolConnection(Endpoint endpoint) {
    environment.put("PGHOST", endpoint.host());
    environment.put("PGPORT", String.valueOf(endpoint.port() == 0 ? 5432 : endpoint.port()));
    endpoint
        .reach()
        .ifPresent(reach -> {
          // The name stays: libpq checks the certificate against it, and connects to the address.
          environment.put("PGHOSTADDR", reach.host());
          environment.put("PGPORT", String.valueOf(reach.port()));
        });
    environment.put("PGDATABASE", endpoint.database());
    environment.put("PGAPPNAME", "fram schema");
    environment.put("PGCONNECT_TIMEOUT", "10");
    environment.put("PGCLIENTENCODING", "UTF8");
    if (!endpoint.user().isEmpty()) {
      environment.put("PGUSER", endpoint.user());
    }
    endpoint
        .parameters()
        .forEach((name, value) -> {
          String variable = VARIABLES.get(name);
          if (variable != null) {
            environment.put(variable, value);
          }
        });
    passwordFile = write(endpoint);
    endpoint.password().ifPresent(secret -> environment.put("PGPASSFILE", passwordFile.toString()));
  }

  Map<String, String> environment() {
    return environment;
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(passwordFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Endpoint endpoint) {
    try {
      Path file =
          Files.createTempFile(
              "fram-pass-",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      // Wildcards: only the one server is ever asked with this file (manual 34.16).
      String password = endpoint.password().map(secret -> secret.reveal()).orElse("");
      Files.writeString(file, "*:*:*:*:" + escape(password) + "\n");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String escape(String password) {
    return password.replace("\\", "\\\\").replace(":", "\\:");
  }
}
