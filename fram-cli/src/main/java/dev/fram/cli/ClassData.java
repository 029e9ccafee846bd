// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * Run instead of the program when the launcher makes its class-data archive ({@code
 * -XX:ArchiveClassesAtExit}): the JVM puts into it what was loaded when this ends. It loads all
 * that a migration may need and starts nothing, so that a migration does not begin with a second of
 * reading and verifying classes. A class that cannot be loaded is left out.
 */
public final class ClassData {
  /** Jars by the beginnings of their names. What a migration seldom needs only makes it larger. */
  private static final Pattern NEEDED =
      Pattern.compile(
          "(fram-(api|cli|core|engine|traffic|web)|postgresql|mysql|mariadb|jackson|logback|slf4j|picocli|jetty).*\\.jar");

  private ClassData() {}

  public static void main(String[] arguments) {
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (NEEDED.matcher(String.valueOf(Path.of(jar).getFileName())).matches()) {
        load(classes(jar));
      }
    }
  }

  private static List<String> classes(String jar) {
    try (JarFile file = new JarFile(jar)) {
      return file.stream()
          .map(JarEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.contains("-"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void load(List<String> classes) {
    for (String name : classes) {
      try {
        Class.forName(name, false, ClassData.class.getClassLoader());
      } catch (ClassNotFoundException | LinkageError absent) {
        // It needs a library that Fram does not use.
      }
    }
  }
}
