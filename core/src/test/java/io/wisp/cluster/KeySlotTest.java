// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySlotTest {

  private static int slot(String key) {
    return KeySlot.of(Slice.of(key));
  }

  /** The check value of every list of CRCs, and what the specification of Redis Cluster says. */
  @Test
  void shouldComputeTheCrcOfTheSpecification() {
    MemorySegment digits = MemorySegment.ofArray("123456789".getBytes(UTF_8));
    assertThat(KeySlot.crc16(digits, 0, 9)).isEqualTo(0x31C3);
    assertThat(slot("123456789")).isEqualTo(0x31C3 % 16_384);
  }

  /** As redis-server answers to CLUSTER KEYSLOT. */
  @ParameterizedTest
  @CsvSource({"somekey,11058", "foo{hash_tag},2515", "foo,12182", "bar,5061", "hello,866"})
  void shouldKnowSlotsThatRedisTells(String key, int slot) {
    assertThat(slot(key)).isEqualTo(slot);
  }

  @Test
  void shouldFindTheKeyOfABatchThatIsOfAnotherSlot() {
    WriteBatch batch = new WriteBatch();
    assertThat(KeySlot.otherThanFirst(batch)).isZero();
    for (String key : new String[] {"a", "{a}b", "{a}c"}) {
      batch.put(Slice.of(key), new Slice());
      assertThat(KeySlot.otherThanFirst(batch)).isZero();
    }
    batch.delete(Slice.of("b"), WriteCondition.ALWAYS, 0);
    batch.delete(Slice.of("c"), WriteCondition.ALWAYS, 0);
    assertThat(KeySlot.otherThanFirst(batch)).isEqualTo(3);
  }

  /** The examples of the specification, with the part of the key that decides. */
  @ParameterizedTest
  @CsvSource({
    "{user1000}.following,user1000",
    "{user1000}.followers,user1000",
    "foo{}{bar},foo{}{bar}",
    "foo{{bar}}zap,{bar",
    "foo{bar}{zap},bar",
    "foo{bar,foo{bar",
    "foo}bar{,foo}bar{",
    "foo}{bar},bar",
    "{},{}",
    "{a},a"
  })
  void shouldGoByTheHashTag(String key, String part) {
    MemorySegment bytes = MemorySegment.ofArray(part.getBytes(UTF_8));
    assertThat(slot(key)).isEqualTo(KeySlot.crc16(bytes, 0, bytes.byteSize()) % 16_384);
  }

  @Test
  void shouldComputeAsTheDefinitionDoesBitByBitForAnyKey() {
    Random random = new Random(1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64);
      for (int i = 0; i < 100_000; i++) {
        byte[] key = new byte[random.nextInt(20)];
        for (int j = 0; j < key.length; j++) {
          // Braces often, and every byte.
          key[j] =
              (byte) (random.nextInt(3) == 0 ? "{}".charAt(random.nextInt(2)) : random.nextInt());
        }
        int offset = random.nextInt(40);
        MemorySegment.copy(MemorySegment.ofArray(key), 0, memory, offset, key.length);
        assertThat(KeySlot.of(memory, offset, key.length)).isEqualTo(expected(key));
      }
    }
  }

  private static int expected(byte[] key) {
    String text = new String(key, ISO_8859_1);
    int open = text.indexOf('{');
    int close = open < 0 ? -1 : text.indexOf('}', open);
    String part = close > open + 1 ? text.substring(open + 1, close) : text;
    int crc = 0;
    for (byte next : part.getBytes(ISO_8859_1)) {
      for (int bit = 7; bit >= 0; bit--) {
        boolean carry = ((crc >> 15) & 1) != ((next >> bit) & 1);
        crc = (crc << 1) & 0xFFFF;
        crc ^= carry ? 0x1021 : 0;
      }
    }
    return crc % 16_384;
  }
}
