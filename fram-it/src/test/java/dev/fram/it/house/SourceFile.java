// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** One Java file of the project: its lines, and the compiler's picture of it. */
record SourceFile(Path path, List<String> lines, CompilationUnitTree tree, Trees trees) {
  private static final Set<String> NOT_OURS = Set.of("target", "node_modules");

  /** Every Java file below a folder, parsed in one go. */
  static List<SourceFile> below(Path folder) {
    try {
      return parse(javaFiles(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isTest() {
    return path.toString().contains("/src/test/");
  }

  boolean isCore() {
    return path.toString().contains("/fram-core/src/main/");
  }

  boolean isPackageInfo() {
    return path.endsWith("package-info.java");
  }

  /** Where something stands, in the form that a terminal or an IDE can open. */
  String at(long line) {
    return path + ":" + line;
  }

  private static List<SourceFile> parse(List<Path> paths) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(paths));
      Trees trees = Trees.instance(task);
      List<SourceFile> parsed = new ArrayList<>();
      for (CompilationUnitTree tree : task.parse()) {
        Path path = Path.of(tree.getSourceFile().toUri());
        parsed.add(new SourceFile(path, Files.readAllLines(path), tree, trees));
      }
      return parsed;
    }
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes) {
            String name = below.getFileName().toString();
            boolean skipped = NOT_OURS.contains(name) || name.startsWith(".");
            return skipped && !below.equals(folder)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
