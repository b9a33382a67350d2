// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestIdTest {

  @ParameterizedTest
  @CsvSource({"0,0,0", "1,0,1", "1,1048575,2", "4398046511103,1048575,3", "4398046511103,0,0"})
  void shouldKeepWhatItWasMadeOf(long serial, int number, int kind) {
    long id = RequestId.of(serial, number, kind);
    assertThat(RequestId.number(id)).isEqualTo(number);
    assertThat(RequestId.kind(id)).isEqualTo(kind);
    assertThat(RequestId.withoutKind(id))
        .isEqualTo(RequestId.withoutKind(RequestId.of(serial, number, 0)))
        .isNotEqualTo(RequestId.withoutKind(RequestId.of(serial + 1, number, kind)))
        .isNotEqualTo(RequestId.withoutKind(RequestId.of(serial, number ^ 1, kind)));
  }
}
