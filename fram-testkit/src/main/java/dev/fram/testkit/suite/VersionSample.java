// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.suite;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps the suite within CI's half hour: a test that runs on an older and on a newer version of the
 * same server runs on one of the two, always the same for the same test, some on this and some on
 * that; an upgrade, the oldest versions and MariaDB are never left out. {@code -Dfram.versions=all}
 * runs everything. What is left out counts as skipped. Registered as a JUnit extension by name.
 */
public final class VersionSample implements ExecutionCondition {
  private static final Pattern OLDER = Pattern.compile("\\b(V8_0(-V8_0)?|V15|15-15)\\b(?!-)");
  private static final Pattern NEWER = Pattern.compile("\\b(V9_7(-V9_7)?|V18|18-18)\\b(?!-)");
  private static final ConditionEvaluationResult RUNS = ConditionEvaluationResult.enabled("");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (System.getProperty("fram.versions", "").equals("all")
        || !context.getUniqueId().contains("[test-template-invocation:")) {
      return RUNS;
    }
    Method method = context.getRequiredTestMethod();
    boolean older = stands(OLDER, context.getDisplayName());
    boolean newer = stands(NEWER, context.getDisplayName());
    if (older == newer || !hasBoth(method)) {
      return RUNS;
    }
    String name = method.getDeclaringClass().getName() + "#" + method.getName();
    boolean takesOlder = Math.floorMod(name.hashCode(), 2) == 0;
    return takesOlder == older
        ? RUNS
        : ConditionEvaluationResult.disabled("another version stands for it; -Dfram.versions=all");
  }

  /** The names may follow each other in a display name only as whole words. */
  private static boolean stands(Pattern version, String text) {
    Matcher matcher = version.matcher(text);
    while (matcher.find()) {
      int before = matcher.start() - 1;
      if (before < 0 || text.charAt(before) != '-') {
        return true;
      }
    }
    return false;
  }

  private static boolean hasBoth(Method method) {
    List<String> values = values(method);
    return values.stream().anyMatch(v -> stands(OLDER, v))
        && values.stream().anyMatch(v -> stands(NEWER, v));
  }

  /** What the test is given, read from its annotation: empty where that cannot be said. */
  private static List<String> values(Method method) {
    for (Annotation annotation : method.getAnnotations()) {
      switch (annotation.annotationType().getSimpleName()) {
        case "ValueSource" -> {
          return strings(annotation, "strings");
        }
        case "EnumSource" -> {
          List<String> names = strings(annotation, "names");
          if (!names.isEmpty()) {
            return value(annotation, "mode").toString().equals("INCLUDE") ? names : List.of();
          }
          Object[] all = method.getParameterTypes()[0].getEnumConstants();
          return all == null ? List.of() : Arrays.stream(all).map(Object::toString).toList();
        }
        default -> {}
      }
    }
    return List.of();
  }

  private static List<String> strings(Annotation annotation, String member) {
    return List.of((String[]) value(annotation, member));
  }

  private static Object value(Annotation annotation, String member) {
    try {
      return annotation.annotationType().getMethod(member).invoke(annotation);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(annotation + " has no " + member, e);
    }
  }
}
