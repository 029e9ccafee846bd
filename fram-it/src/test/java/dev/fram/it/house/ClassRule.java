// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;

/**
 * The rules that compiled classes show. Each is stated for a root package: the product's, or that
 * of the fixtures which break it.
 */
enum ClassRule {
  THE_API_KNOWS_ONLY_THE_JDK {
    @Override
    ArchRule in(String root) {
      return classes()
          .that()
          .resideInAPackage(root + ".api..")
          .should()
          .onlyDependOnClassesThat()
          // Of javax only what java.base has: javax.sql is not for the API.
          .resideInAnyPackage(
              "java..",
              "javax.net.ssl..",
              "javax.security.auth.x500..",
              "org.jspecify..",
              root + ".api..");
    }
  },

  THE_CORE_NEVER_SEES_A_DRIVER {
    @Override
    ArchRule in(String root) {
      return noClasses()
          .that()
          .resideInAPackage(root + ".core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.sql..", "javax.sql..", "org.postgresql..", "com.mysql..", "org.mariadb..");
    }
  },

  THE_CORE_KNOWS_NO_ENGINE_AND_NO_SCREEN {
    @Override
    ArchRule in(String root) {
      return noClasses()
          .that()
          .resideInAPackage(root + ".core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              root + ENGINES, root + ".traffic..", root + ".cli..", root + ".testkit..");
    }
  },

  ENGINES_KNOW_ONLY_THE_API {
    @Override
    ArchRule in(String root) {
      return noClasses()
          .that()
          .resideInAPackage(root + ENGINES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(root + ".core..", root + ".cli..", root + ".testkit..");
    }
  },

  SWITCHES_KNOW_ONLY_THE_API {
    @Override
    ArchRule in(String root) {
      return noClasses()
          .that()
          .resideInAPackage(root + ".traffic..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              root + ".core..", root + ".cli..", root + ".testkit..", root + ENGINES);
    }
  },

  THE_PAGE_KNOWS_ONLY_THE_API {
    @Override
    ArchRule in(String root) {
      return noClasses()
          .that()
          .resideInAPackage(root + ".web..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              root + ".core..", root + ".traffic..", root + ".cli..", root + ".testkit..");
    }
  },

  THE_TESTKIT_KNOWS_ONLY_THE_API {
    @Override
    ArchRule in(String root) {
      return noClasses()
          .that()
          .resideInAPackage(root + ".testkit..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(root + ".core..", root + ".cli..", root + ENGINES);
    }
  },

  NO_CYCLES_BETWEEN_PACKAGES {
    @Override
    ArchRule in(String root) {
      return slices().matching(root + ".(**)").should().beFreeOfCycles();
    }
  },

  EVERY_PACKAGE_IS_NULL_MARKED {
    @Override
    ArchRule in(String root) {
      return classes()
          .that()
          .resideInAPackage(root + "..")
          .should(
              satisfy(
                  "be in a package whose package-info says @NullMarked",
                  (JavaClass type) -> type.getPackage().isAnnotatedWith(NullMarked.class)));
    }
  },

  NAMES_SAY_WHAT_A_THING_IS {
    @Override
    ArchRule in(String root) {
      return classes()
          .that()
          .resideInAPackage(root + "..")
          .should(
              satisfy(
                  "not be called Abstract…, …Impl, …Util, …Helper, …Manager, …Handler or …Context",
                  (JavaClass type) -> !EMPTY_NAME.matcher(type.getSimpleName()).find()));
    }
  },

  ONLY_THE_CLI_PRINTS {
    @Override
    ArchRule in(String root) {
      return noClasses()
          .that()
          .resideInAPackage(root + "..")
          .and()
          .resideOutsideOfPackage(root + ".cli..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");
    }
  },

  CONSTRUCTORS_TAKE_AT_MOST_SIX_ARGUMENTS {
    @Override
    ArchRule in(String root) {
      return constructors()
          .that(
              describe(
                  "are not a record's or an enum's",
                  (JavaConstructor made) ->
                      !made.getOwner().isRecord() && !made.getOwner().isEnum()))
          .and()
          .areDeclaredInClassesThat()
          .resideInAPackage(root + "..")
          .should(
              satisfy(
                  "take at most six arguments",
                  (JavaConstructor made) -> made.getRawParameterTypes().size() <= 6));
    }
  },

  NO_STATE_IN_VOLATILE_FLAGS {
    @Override
    ArchRule in(String root) {
      return fields()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage(root + "..")
          .should(
              satisfy(
                  "not be a volatile boolean",
                  (JavaField field) ->
                      !(field.getModifiers().contains(JavaModifier.VOLATILE)
                          && field.getRawType().isEquivalentTo(boolean.class))));
    }
  };

  private static final String ENGINES = ".[engine|postgresql|mysql]..";
  private static final Pattern EMPTY_NAME =
      Pattern.compile("^Abstract[A-Z]|(Impl|Utils?|Helpers?|Managers?|Handlers?|Contexts?)$");

  abstract ArchRule in(String root);

  /** A module that is still empty breaks no rule; HouseTest sees to it that none stays unseen. */
  final ArchRule ruleIn(String root) {
    return in(root).as(name()).allowEmptyShould(true);
  }

  private static <T extends HasName.AndFullName> ArchCondition<T> satisfy(
      String text, Predicate<T> predicate) {
    return new ArchCondition<>(text) {
      @Override
      public void check(T item, ConditionEvents events) {
        events.add(
            new SimpleConditionEvent(
                item, predicate.test(item), item.getFullName() + " should " + text));
      }
    };
  }
}
