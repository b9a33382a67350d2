// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelpTextTest {

  @Test
  void shouldPutTermsBesideTheirMeanings() {
    HelpText text = new HelpText(40);
    text.paragraph("A sentence that does not fit into forty columns.");
    text.heading("Terms:");
    text.row("short", "what it means, in more words than fit");
    text.row("a term that is long", "meaning");
    assertThat(text.toString())
        .isEqualTo(
            """
            A sentence that does not fit into forty
            columns.

            Terms:
              short      what it means, in more
                         words than fit
              a term that is long
                         meaning
            """);
  }

  @ParameterizedTest
  @CsvSource({"10, 40", "60, 60", "300, 80"})
  void shouldUseFromFortyToEightyColumns(int columns, int used) {
    HelpText text = new HelpText(columns);
    text.paragraph("x ".repeat(300).strip());
    text.row("term", "y ".repeat(300).strip());
    assertThat(text.toString().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(used))
        .anySatisfy(line -> assertThat(line).hasSizeGreaterThanOrEqualTo(used - 1));
  }
}
