// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeFitTest {
  @ParameterizedTest
  @CsvSource({
    "23, -1, 23, -1, true", // int4 in int4
    "23, -1, 20, -1, true", // int4 in int8
    "20, -1, 23, -1, false", // int8 in int4
    "1043, 9, 1043, 14, true", // varchar(5) in varchar(10)
    "1043, 14, 1043, 9, false",
    "1043, -1, 1043, 14, false",
    "1043, 14, 25, -1, true", // varchar(10) in text
    "1042, 9, 1042, -1, false", // char(5) in bpchar
    "1700, 655366, 1700, 786438, true", // numeric(10,2) in numeric(12,2)
    "1700, 655366, 1700, 786439, false", // numeric(10,2) in numeric(12,3)
    "1700, 655366, 1700, -1, true",
    "1114, 3, 1114, -1, true", // timestamp(3) in timestamp
    "1114, -1, 1114, 3, false",
    "700, -1, 701, -1, false", // float4 in float8: other digits
    "1186, -1, 25, -1, false"
  })
  void onlyWhatLosesNothingFits(
      long source, int sourceModifier, long target, int targetModifier, boolean fits) {
    assertThat(TypeFit.fits(source, sourceModifier, target, targetModifier)).isEqualTo(fits);
  }
}
