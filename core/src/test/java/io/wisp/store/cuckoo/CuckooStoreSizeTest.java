// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class CuckooStoreSizeTest {

  private static final long ENTRIES = 100_000_000;
  private static final long CAPACITY = 6L << 30;

  @Test
  void shouldHoldAHundredMillionEntries() {
    try (Arena arena = Arena.ofConfined();
        ValueBuffer found = new ValueBuffer();
        CuckooStore store = CuckooStore.open(CAPACITY)) {
      MemorySegment memory = arena.allocate(2 * Long.BYTES, Long.BYTES);
      Slice key = new Slice().set(memory, 0, Long.BYTES);
      Slice value = new Slice().set(memory, Long.BYTES, Long.BYTES);
      for (long i = 0; i < ENTRIES; i++) {
        memory.set(ValueLayout.JAVA_LONG, 0, i);
        memory.set(ValueLayout.JAVA_LONG, Long.BYTES, ~i);
        check(store.put(key, value), Status.CREATED, i);
      }
      assertThat(store.size()).isEqualTo(ENTRIES);
      for (long i = 0; i < ENTRIES; i += 997) {
        memory.set(ValueLayout.JAVA_LONG, 0, i);
        check(store.get(key, found), Status.FOUND, i);
        found.pointAt(value);
        assertThat(value.segment().get(ValueLayout.JAVA_LONG, value.offset())).isEqualTo(~i);
        value.set(memory, Long.BYTES, Long.BYTES);
      }
    }
  }

  private static void check(Status actual, Status expected, long entry) {
    if (actual != expected) {
      assertThat(actual).as("entry %d", entry).isEqualTo(expected);
    }
  }
}
