// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.suite;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps the suite within CI's half hour. A test that runs on an older and on a newer version of the
 * same server runs on one of the two, always the same for the same test, some on this and some on
 * that; one that has an upgrade from the older to the newer runs that instead of either. One that
 * runs on MySQL and on MariaDB runs on the one today and on the other tomorrow. {@code
 * -Dfram.versions=all} runs everything. What is left out counts as skipped. Registered as a JUnit
 * extension by name.
 */
public final class VersionSample implements ExecutionCondition {
  private static final Pattern INVOCATION =
      Pattern.compile("\\[test-template-invocation:#([0-9]+)]$");
  private static final Pattern VERSION =
      Pattern.compile("(?<![0-9A-Za-z_])(V?1[3-8]|V8_0|V9_7|MARIADB_[0-9_]+)(?![0-9A-Za-z_])");
  private static final List<String> OLDER = List.of("V8_0", "V15", "15");
  private static final List<String> NEWER = List.of("V9_7", "V18", "18");
  private static final ConditionEvaluationResult RUNS = ConditionEvaluationResult.enabled("");

  /** Whose servers a row of a test's values asks for. */
  private enum Product {
    MYSQL,
    MARIADB,
    OTHER
  }

  /** What a row of a test's values asks for. */
  private enum Row {
    OLDER_ONLY,
    NEWER_ONLY,
    UPGRADE,
    OTHER
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Matcher invocation = INVOCATION.matcher(context.getUniqueId());
    if (System.getProperty("fram.versions", "").equals("all") || !invocation.find()) {
      return RUNS;
    }
    Method method = context.getRequiredTestMethod();
    List<String> values = values(method);
    List<Row> rows = values.stream().map(VersionSample::row).toList();
    int number = Integer.parseInt(invocation.group(1)) - 1;
    return number >= rows.size()
            || (runs(rows, rows.get(number), method) && runs(values, values.get(number), method))
        ? RUNS
        : ConditionEvaluationResult.disabled("another version stands for it; -Dfram.versions=all");
  }

  private static boolean runs(List<Row> rows, Row row, Method method) {
    boolean single = row == Row.OLDER_ONLY || row == Row.NEWER_ONLY;
    if (single && rows.contains(Row.UPGRADE)) {
      return false;
    }
    if (!single || !rows.contains(Row.OLDER_ONLY) || !rows.contains(Row.NEWER_ONLY)) {
      return true;
    }
    return (Math.floorMod(hash(method), 2) == 0) == (row == Row.OLDER_ONLY);
  }

  private static boolean runs(List<String> values, String value, Method method) {
    List<Product> products = values.stream().map(VersionSample::product).toList();
    Product own = product(value);
    if (own == Product.OTHER
        || !products.contains(Product.MYSQL)
        || !products.contains(Product.MARIADB)) {
      return true;
    }
    long day = LocalDate.now(ZoneOffset.UTC).toEpochDay() + (hash(method) >> 1);
    return (Math.floorMod(day, 2) == 0) == (own == Product.MYSQL);
  }

  private static int hash(Method method) {
    return (method.getDeclaringClass().getName() + "#" + method.getName()).hashCode();
  }

  private static Product product(String value) {
    boolean maria = value.contains("MARIADB_");
    boolean mysql = value.contains("V8_0") || value.contains("V9_7");
    if (maria == mysql) {
      return Product.OTHER;
    }
    return maria ? Product.MARIADB : Product.MYSQL;
  }

  private static Row row(String value) {
    List<String> versions = VERSION.matcher(value).results().map(MatchResult::group).toList();
    if (versions.isEmpty()) {
      return Row.OTHER;
    }
    if (OLDER.containsAll(versions)) {
      return Row.OLDER_ONLY;
    }
    if (NEWER.containsAll(versions)) {
      return Row.NEWER_ONLY;
    }
    return OLDER.contains(versions.getFirst()) && NEWER.contains(versions.getLast())
        ? Row.UPGRADE
        : Row.OTHER;
  }

  /** What the test is given, read from its annotation: empty where that cannot be said. */
  private static List<String> values(Method method) {
    for (Annotation annotation : method.getAnnotations()) {
      switch (annotation.annotationType().getSimpleName()) {
        case "ValueSource" -> {
          return strings(annotation, "strings");
        }
        case "CsvSource" -> {
          return strings(annotation, "value");
        }
        case "EnumSource" -> {
          Object[] all = method.getParameterTypes()[0].getEnumConstants();
          return all == null ? List.of() : wanted(annotation, Arrays.asList(all));
        }
        default -> {}
      }
    }
    return List.of();
  }

  /** In the order of the constants, whatever the order of the names is. */
  private static List<String> wanted(Annotation annotation, List<Object> constants) {
    List<String> names = strings(annotation, "names");
    if (!names.isEmpty() && !value(annotation, "mode").toString().equals("INCLUDE")) {
      return List.of();
    }
    return constants.stream()
        .map(constant -> ((Enum<?>) constant).name())
        .filter(name -> names.isEmpty() || names.contains(name))
        .toList();
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
