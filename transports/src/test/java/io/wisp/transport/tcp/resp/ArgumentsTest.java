// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

  /** Or each such argument of a few bytes more than its request would cost as much of the heap. */
  @Test
  void shouldMakeTextOfTheBeginningOfALongArgumentOnly() {
    byte[] bytes = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    Arguments arguments = new Arguments();
    arguments.begin(MemorySegment.ofArray(bytes));
    arguments.add(0, bytes.length);
    arguments.add(7, 3);
    assertThat(arguments.text(0)).isEqualTo("x".repeat(Arguments.MAX_TEXT_LENGTH));
    assertThat(arguments.text(1)).isEqualTo("xxx");
  }
}
