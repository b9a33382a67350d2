// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LinkOptionsTest {

  @ParameterizedTest
  @EnumSource(VerbsOperation.class)
  void shouldComeOutOfWordsAsTheyWentIn(VerbsOperation operation) {
    LinkOptions options = new LinkOptions("mlx5_0", operation, 1024, 220, 128);

    assertThat(LinkOptions.parse(options.words())).isEqualTo(options);
  }

  @Test
  void shouldRefuseWordsThatAreTooFew() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinkOptions.parse(List.of("rxe0", "read", "8")))
        .withMessage("a link has 5 options, not [rxe0, read, 8]");
  }

  @Test
  void shouldRefuseAnUnknownOperationAndListTheKnownOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinkOptions.parse(List.of("rxe0", "push", "8", "0", "1")))
        .withMessage("there is no operation \"push\"; there are read, write, send");
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 1", "8, -1, 1", "8, 0, 0"})
  void shouldRefuseNumbersThatCannotBe(int size, int inline, int depth) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LinkOptions("rxe0", VerbsOperation.WRITE, size, inline, depth))
        .withMessageStartingWith("size and sendDepth must be at least 1, inline at least 0: ");
  }

  @Test
  void shouldCarryAMessageInARequestUpToTheLimitAndNotBeyond() {
    assertThat(LinkOptions.roundTrip("rxe0", VerbsOperation.WRITE, 220, 220).inlined()).isTrue();
    assertThat(LinkOptions.roundTrip("rxe0", VerbsOperation.WRITE, 221, 220).inlined()).isFalse();
  }
}
