// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Property;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {

  private static boolean read(Decimal decimal, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    return decimal.read(MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  @Test
  void shouldWriteAndReadAnyNumberAsJavaDoes() {
    Property.check(draw -> assertWrittenAndReadAsJavaDoes(draw.anyLong()));
  }

  private static void assertWrittenAndReadAsJavaDoes(long number) {
    byte[] bytes = new byte[Decimal.MAX_LENGTH + 1];
    int end = Decimal.write(number, MemorySegment.ofArray(bytes), 1);
    String text = new String(bytes, 1, end - 1, US_ASCII);
    assertThat(text).isEqualTo(Long.toString(number));
    Decimal decimal = new Decimal();
    assertThat(read(decimal, text)).isTrue();
    assertThat(decimal.value()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 9, 10, -10, Long.MAX_VALUE, Long.MIN_VALUE})
  void shouldReadTheNumbersAtTheEdges(long number) {
    assertWrittenAndReadAsJavaDoes(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "01",
        "-0",
        "-01",
        "1a",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
        "100000000000000000000"
      })
  void shouldRefuseWhatIsNoNumberOf64Bits(String text) {
    assertThat(read(new Decimal(), text)).isFalse();
  }
}
