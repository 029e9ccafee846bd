// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GtidSetTest {
  private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String B = "b0000000-0000-0000-0000-000000000001";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|",
        A + ":1|" + A + ":1",
        A + ":1-5:7|" + A + ":1-5:7",
        A + ":7:1-5|" + A + ":1-5:7",
        A + ":1-3:4-5|" + A + ":1-5",
        "3E11FA47-71CA-11E1-9E33-C80AA9429562:1|" + A + ":1",
        "3e11fa4771ca11e19e33c80aa9429562:1|" + A + ":1",
        B + ":1, " + A + ":2|" + A + ":2," + B + ":1",
        A + ":1-5:Blue:1-3:9:green:4|" + A + ":1-5:blue:1-3:9:green:4",
        A + ":tag_1:7|" + A + ":tag_1:7",
        A + ":1," + A + ":2," + A + ":x:1|" + A + ":1-2:x:1"
      })
  void readsWhatServersPrint(String text, String canonical) {
    assertThat(GtidSet.parse(text == null ? "" : text).toString())
        .isEqualTo(canonical == null ? "" : canonical);
  }

  @Test
  void readsLineBreaks() {
    assertThat(GtidSet.parse(A + ":1-5,\n" + B + ":1-7\n"))
        .isEqualTo(GtidSet.parse(B + ":1-7," + A + ":1-5"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", A, A + ":", A + ":0", A + ":5-3", A + ":1-", A + ":1;2", "1-2-3"})
  void refusesWhatIsNoSet(String text) {
    assertThatThrownBy(() -> GtidSet.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTagIsAnOriginOfItsOwn() {
    GtidSet plain = GtidSet.of(A, 1);
    GtidSet tagged = GtidSet.of(A + ":blue", 1);
    assertThat(plain.contains(tagged)).isFalse();
    assertThat(plain.union(tagged)).hasToString(A + ":1:blue:1");
  }

  /** Every operation does what it does on plain sets of numbers. */
  @Property
  void agreesWithPlainSets(
      @ForAll("numbers") Set<Integer> left, @ForAll("numbers") Set<Integer> right) {
    GtidSet a = set(left);
    GtidSet b = set(right);
    assertThat(a.contains(b)).isEqualTo(left.containsAll(right));
    assertThat(a.union(b)).isEqualTo(set(with(left, right)));
    Set<Integer> both = new TreeSet<>(left);
    both.retainAll(right);
    assertThat(a.intersection(b)).isEqualTo(set(both));
    Set<Integer> rest = new TreeSet<>(left);
    rest.removeAll(right);
    assertThat(a.minus(b)).isEqualTo(set(rest));
    assertThat(a.count()).isEqualTo(left.size());
    assertThat(GtidSet.parse(a.toString())).isEqualTo(a).hasSameHashCodeAs(a);
  }

  @Provide
  Arbitrary<Set<Integer>> numbers() {
    return Arbitraries.integers().between(1, 30).set().ofMaxSize(20);
  }

  private static Set<Integer> with(Set<Integer> left, Set<Integer> right) {
    Set<Integer> all = new TreeSet<>(left);
    all.addAll(right);
    return all;
  }

  /** Thirds go to two servers and a tag. */
  private static GtidSet set(Set<Integer> numbers) {
    GtidSet set = GtidSet.EMPTY;
    for (int number : numbers) {
      String origin = number % 7 == 0 ? B : number % 11 == 0 ? A + ":t" : A;
      set = set.union(GtidSet.of(origin, number));
    }
    return set;
  }
}
