// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoreListTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0         | core 0
          3,1       | cores 1,3
          0-3       | cores 0,1,2,3
          8, 2-3, 2 | cores 2,3,8
          8191      | core 8191
          0-2,5,8-9 | cores 0,1,2,5,8,9
          """)
  void shouldReadListsAsLinuxWritesThem(String text, String described) {
    assertThat(CoreList.parse(text).described()).isEqualTo(described);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1,", "-1", "3-1", "0-8192", "1-2-3", "99999999999"})
  void shouldSayThatATextIsNoList(String text) {
    assertThatThrownBy(() -> CoreList.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"");
  }
}
