// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.remote.TableFormatException;
import io.wisp.store.cuckoo.remote.TableLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableLayoutTest {

  private static final long SIZE = 4 << 20;

  private final CuckooStore store = CuckooStore.open(SIZE);
  private final byte[] header = new byte[5 + TableLayout.HEADER_BYTES];
  private final MemorySegment copy = MemorySegment.ofArray(header);

  @BeforeEach
  void copyHeader() {
    MemorySegment.copy(store.region(), 0, copy, 5, TableLayout.HEADER_BYTES);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void shouldTakeWhatTheHeaderSaysFromACopyAnywhere() {
    TableLayout layout = TableLayout.parse(copy, 5, SIZE);
    assertThat(layout.regionBytes()).isEqualTo(SIZE);
    assertThat(layout.incarnation()).isEqualTo(store.table().incarnation()).isNotZero();
    assertThat(layout.buckets()).isEqualTo(1024);
    assertThat(layout.bucketAddress(3)).isEqualTo(4096 + 3 * 64);
    assertThat(layout.hash(Slice.of("key"))).isEqualTo(store.table().index().hash(Slice.of("key")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0|4702111234474983745|this memory holds no table of Wisp: it starts with 0x4141414141414141 and not with the bytes "WISPTABL"
          8|1|the table has format version 1, and this reader knows only version 4
          24|0|the table has incarnation 0: it is still being made, or was closed
          16|8388608|the table's region has 8388608 bytes, of which only 4194304 can be read
          16|-1|the table says that its region has -1 bytes; it has 1048576 to 8796093022208
          40|4097|the table says that its index is at 4097; it must be at a multiple of 64 from 4096 to 4194240
          40|0|the table says that its index is at 0; it must be at a multiple of 64 from 4096 to 4194240
          40|4194304|the table says that its index is at 4194304; it must be at a multiple of 64 from 4096 to 4194240
          64|0|the table says that it has 0 buckets; from 4096 on its region has room for 65472
          64|65473|the table says that it has 65473 buckets; from 4096 on its region has room for 65472
          """)
  void shouldSayWhatIsWrongWithAHeader(int offset, long word, String message) {
    copy.set(ValueLayout.JAVA_LONG_UNALIGNED, 5 + offset, word);
    assertThatThrownBy(() -> TableLayout.parse(copy, 5, SIZE))
        .isInstanceOf(TableFormatException.class)
        .hasMessage(message);
  }

  @Test
  void shouldTakeALaterNumberOfBucketsAndNothingElse() {
    TableLayout layout = TableLayout.parse(copy, 5, SIZE);
    copy.set(ValueLayout.JAVA_LONG_UNALIGNED, 5 + 64, 2000);
    assertThat(layout.refresh(copy, 5)).isTrue();
    assertThat(layout.buckets()).isEqualTo(2000);
    copy.set(ValueLayout.JAVA_LONG_UNALIGNED, 5 + 64, 1999);
    assertThat(layout.refresh(copy, 5)).isTrue();
    assertThat(layout.buckets()).isEqualTo(1999);
    for (long wrong : new long[] {0, -1, 65473, Long.MAX_VALUE}) {
      copy.set(ValueLayout.JAVA_LONG_UNALIGNED, 5 + 64, wrong);
      assertThat(layout.refresh(copy, 5)).as("%d buckets", wrong).isFalse();
    }
    copy.set(ValueLayout.JAVA_LONG_UNALIGNED, 5 + 64, 3000);
    for (int word : new int[] {0, 24, 32}) {
      copyHeader();
      copy.set(ValueLayout.JAVA_LONG_UNALIGNED, 5 + 64, 3000);
      copy.set(ValueLayout.JAVA_LONG_UNALIGNED, 5 + word, 12345);
      assertThat(layout.refresh(copy, 5)).as("another word at %d", word).isFalse();
    }
    assertThat(layout.buckets()).isEqualTo(1999);
  }

  @Test
  void shouldParseOrRefuseWhateverBytes() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      copyHeader();
      for (int change = random.nextInt(4); change >= 0; change--) {
        header[5 + random.nextInt(TableLayout.HEADER_BYTES)] = (byte) random.nextInt(256);
      }
      try {
        TableLayout layout = TableLayout.parse(copy, 5, SIZE);
        assertThat(layout.bucketAddress(layout.buckets())).isLessThanOrEqualTo(SIZE);
      } catch (TableFormatException refused) {
        assertThat(refused).hasMessageContaining("table");
      }
    }
  }
}
