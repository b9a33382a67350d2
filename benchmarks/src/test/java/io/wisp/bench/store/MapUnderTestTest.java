// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MapUnderTestTest {

  private static final int ENTRIES = 10_000;

  @ParameterizedTest
  @EnumSource
  void shouldHoldWhatWasPutAndNothingElse(MapKind kind) {
    try (MapUnderTest map = kind.open(ENTRIES);
        MapUnderTest.Session session = map.session();
        MapUnderTest.Session other = map.session()) {
      for (long number = 0; number < ENTRIES; number += 2) {
        session.put(number);
      }
      session.delete(0);

      assertThat(other.get(0)).isFalse();
      for (long number = 1; number < ENTRIES; number++) {
        assertThat(other.get(number)).isEqualTo(number % 2 == 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldUseMoreMemoryForAnEntryThanItsKeyAndValue(MapKind kind) {
    assertThat(MemoryPerEntry.overhead(kind, 100_000)).isPositive();
  }

  @Test
  void shouldPrintALineForEachMap() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    MemoryPerEntry.print(ENTRIES, new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(1 + MapKind.values().length)
        .first()
        .isEqualTo("10,000 entries with keys of 16 bytes and values of 100:");
  }
}
