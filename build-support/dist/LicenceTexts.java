// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Copies the licence and notice files out of each library into a folder per library: most licences ask that their text goes with the
 * program, and nobody looks for it inside a jar. Started from its source by {@code ./fram dist}: {@code java LicenceTexts.java JARS TO}.
 */
final class LicenceTexts {
  private static final Pattern TEXT = Pattern.compile("(meta-inf/)?([^/]*/)?(licen[cs]e|notice|copying|copyright)[^/]*", Pattern.CASE_INSENSITIVE);

  public static void main(String[] args) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    for (Path jar : jars) {
      copyTexts(jar, Path.of(args[1]).resolve(jar.getFileName().toString().replaceFirst("\\.jar$", "")));
    }
  }

  private static void copyTexts(Path jar, Path to) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().filter(LicenceTexts::isText).toList()) {
        Files.createDirectories(to);
        try (InputStream in = zip.getInputStream(entry)) {
          Files.write(to.resolve(entry.getName().replaceFirst("(?i)^meta-inf/", "").replace('/', '-')), in.readAllBytes());
        }
      }
    }
  }

  private static boolean isText(ZipEntry entry) {
    String name = entry.getName();
    return !entry.isDirectory() && !name.toLowerCase(Locale.ROOT).endsWith(".class") && TEXT.matcher(name).matches();
  }

  private LicenceTexts() {}
}
