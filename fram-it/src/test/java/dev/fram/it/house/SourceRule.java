// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.house;

import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The rules that only the source shows: each names the places in a file that break it. */
enum SourceRule {
  THE_LICENCE_STANDS_FIRST {
    @Override
    List<String> brokenBy(SourceFile file) {
      boolean first = !file.lines().isEmpty() && file.lines().getFirst().equals(LICENCE);
      return first ? List.of() : List.of(file.at(1));
    }
  },

  A_FILE_HAS_AT_MOST_500_LINES {
    @Override
    List<String> brokenBy(SourceFile file) {
      int lines = file.lines().size();
      return lines <= 500 ? List.of() : List.of(file.at(lines));
    }
  },

  A_METHOD_HAS_AT_MOST_60_LINES {
    @Override
    List<String> brokenBy(SourceFile file) {
      List<String> broken = new ArrayList<>();
      LineMap map = file.tree().getLineMap();
      SourcePositions positions = file.trees().getSourcePositions();
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitMethod(MethodTree method, Void none) {
          if (method.getBody() != null) {
            long first = map.getLineNumber(positions.getStartPosition(file.tree(), method));
            long last = map.getLineNumber(positions.getEndPosition(file.tree(), method));
            if (last - first >= 60) {
              broken.add(file.at(first) + " " + method.getName());
            }
          }
          return super.visitMethod(method, none);
        }
      }.scan(file.tree(), null);
      return broken;
    }
  },

  A_PACKAGE_INFO_HAS_AT_MOST_15_LINES {
    @Override
    List<String> brokenBy(SourceFile file) {
      boolean tooLong = file.isPackageInfo() && file.lines().size() > 15;
      return tooLong ? List.of(file.at(16)) : List.of();
    }
  },

  TESTS_DO_NOT_SLEEP {
    @Override
    List<String> brokenBy(SourceFile file) {
      List<String> broken = new ArrayList<>();
      LineMap map = file.tree().getLineMap();
      SourcePositions positions = file.trees().getSourcePositions();
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
          if (SLEEP.matcher(call.getMethodSelect().toString()).find()) {
            broken.add(file.at(map.getLineNumber(positions.getStartPosition(file.tree(), call))));
          }
          return super.visitMethodInvocation(call, none);
        }
      }.scan(file.isTest() ? file.tree() : null, null);
      return broken;
    }
  },

  /** What it would take to treat one product otherwise than another; comments may give examples. */
  THE_CORE_NAMES_NO_ENGINE {
    @Override
    List<String> brokenBy(SourceFile file) {
      List<String> broken = new ArrayList<>();
      LineMap map = file.tree().getLineMap();
      SourcePositions positions = file.trees().getSourcePositions();
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitLiteral(LiteralTree literal, Void none) {
          note(literal, String.valueOf(literal.getValue()));
          return super.visitLiteral(literal, none);
        }

        @Override
        public Void visitIdentifier(IdentifierTree identifier, Void none) {
          note(identifier, identifier.getName().toString());
          return super.visitIdentifier(identifier, none);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree member, Void none) {
          note(member, member.getIdentifier().toString());
          return super.visitMemberSelect(member, none);
        }

        private void note(Tree tree, String word) {
          if (PRODUCT.matcher(word).find()) {
            broken.add(file.at(map.getLineNumber(positions.getStartPosition(file.tree(), tree))));
          }
        }
      }.scan(file.isCore() ? file.tree() : null, null);
      return broken;
    }
  },

  NO_TEST_IS_SWITCHED_OFF {
    @Override
    List<String> brokenBy(SourceFile file) {
      return file.tree().getImports().stream()
          .map(ImportTree::getQualifiedIdentifier)
          .map(Object::toString)
          .filter(name -> SWITCH_OFF.matcher(name).find())
          .map(name -> file.path() + " imports " + name)
          .toList();
    }
  },

  NOTHING_IS_LEFT_TO_DO {
    @Override
    List<String> brokenBy(SourceFile file) {
      return IntStream.range(0, file.lines().size())
          .filter(i -> UNFINISHED.matcher(file.lines().get(i)).find())
          .mapToObj(i -> file.at(i + 1))
          .toList();
    }
  };

  private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0";
  private static final Pattern SLEEP = Pattern.compile("^(java\\.lang\\.)?Thread\\.sleep$");
  private static final Pattern PRODUCT = Pattern.compile("(?i)mysql|maria|postgres|pgoutput");
  private static final Pattern SWITCH_OFF =
      Pattern.compile("^org\\.(junit|assertj|testng)\\..*(Disabled|Assum)");

  /** Two halves, or this file would break its own rule. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  abstract List<String> brokenBy(SourceFile file);
}
