// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.KeyHash;
import io.wisp.testing.Property;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LayoutTest extends StoreTestBase {

  @Test
  void shouldGiveBackWhatASlotWasMadeOf() {
    Property.check(
        draw -> {
          long tag = draw.longs(0, (1 << Bucket.TAG_BITS) - 1);
          long words = draw.longs(1, (1L << Bucket.OFFSET_BITS) - 1);
          boolean expires = draw.anyBoolean();
          long slot = Bucket.slot(tag, words * 8, expires);
          assertThat(Bucket.tag(slot)).isEqualTo(tag);
          assertThat(Bucket.recordOffset(slot)).isEqualTo(words * 8);
          assertThat(Bucket.expires(slot)).isEqualTo(expires);
          assertThat(slot).isNotEqualTo(Bucket.EMPTY);
        });
  }

  @Test
  void shouldGiveBackWhatAVersionWordWasMadeOfAndCountUp() {
    Property.check(
        draw -> {
          int level = draw.ints(0, 32);
          long version = draw.longs(0, (1L << 56) - 2);
          long word = Bucket.versionWord(level, version);
          assertThat(Bucket.level(word)).isEqualTo(level);
          assertThat(Bucket.version(word)).isEqualTo(version);
          long next = Bucket.nextVersion(word, level + 1);
          assertThat(Bucket.level(next)).isEqualTo(level + 1);
          assertThat(Bucket.version(next)).isEqualTo(version + 1);
        });
  }

  @Test
  void shouldGiveBackWhatAHeaderWasMadeOf() {
    Property.check(
        draw -> {
          long version = draw.longs(1, (1L << 48) - 1);
          int keyLength = draw.ints(1, Limits.MAX_KEY_LENGTH);
          int valueLength = draw.ints(0, Limits.MAX_VALUE_LENGTH);
          long expiry = draw.anyLong();
          long changedExpiry = draw.anyLong();
          long place = draw.longs(512, (1L << 40) - 1);
          long otherPlace = draw.longs(512, (1L << 40) - 1);
          long offset = place * 8;
          long word0 = RecordLayout.word0(version, keyLength);
          long pending = RecordLayout.pendingWord1(valueLength);
          assertThat(RecordLayout.version(word0)).isEqualTo(version);
          assertThat(RecordLayout.keyLength(word0)).isEqualTo(keyLength);
          assertThat(RecordLayout.valueLength(pending)).isEqualTo(valueLength);
          assertThat(RecordLayout.isLive(pending)).isFalse();
          int size = RecordLayout.size(word0, pending);
          assertThat(size % 8).isZero();
          assertThat(size - (24 + keyLength + valueLength)).isBetween(0, 7);
          long live = RecordLayout.liveWord1(offset, word0, pending, expiry, 42);
          assertThat(RecordLayout.isLive(live)).isTrue();
          assertThat(RecordLayout.isLive(live | RecordLayout.DEAD)).isFalse();
          assertThat(RecordLayout.size(word0, live)).isEqualTo(size);
          assertThat(RecordLayout.isIntact(offset, word0, live, expiry, 42)).isTrue();
          assertThat(RecordLayout.isIntact(offset, word0, live | RecordLayout.DEAD, expiry, 42))
              .isTrue();
          long changed0 = RecordLayout.word0(version ^ 1, keyLength);
          assertThat(RecordLayout.changedWord1(live, word0, expiry, changed0, changedExpiry))
              .isEqualTo(RecordLayout.liveWord1(offset, changed0, pending, changedExpiry, 42));
          long moved = RecordLayout.movedWord1(live, offset, otherPlace * 8);
          assertThat(moved)
              .isEqualTo(RecordLayout.liveWord1(otherPlace * 8, word0, pending, expiry, 42));
        });
  }

  @Test
  void shouldSeeAnyBitFlippedInARecord() {
    Property.check(
        draw -> {
          long version = draw.longs(1, (1L << 48) - 1);
          long expiry = draw.anyLong();
          long content = draw.anyLong();
          long flip;
          int where;
          do {
            flip = 1L << draw.ints(0, 63);
            where = draw.ints(0, 3);
          } while (where == 1 && flip == RecordLayout.DEAD);
          long word0 = RecordLayout.word0(version, 5);
          long word1 =
              RecordLayout.liveWord1(4096, word0, RecordLayout.pendingWord1(9), expiry, content);
          assertThat(
                  RecordLayout.isIntact(
                      4096,
                      where == 0 ? word0 ^ flip : word0,
                      where == 1 ? word1 ^ flip : word1,
                      where == 2 ? expiry ^ flip : expiry,
                      where == 3 ? content ^ flip : content))
              .isFalse();
        });
  }

  @Test
  void shouldNotFitInAnyOtherPlaceOfTheSameThirtyTwoGibibytes() {
    Property.check(
        draw -> {
          long version = draw.longs(1, (1L << 48) - 1);
          long content = draw.anyLong();
          int part = draw.ints(0, 255);
          long place = draw.longs(0, (1L << 32) - 1);
          long otherPlace;
          do {
            otherPlace = draw.longs(0, (1L << 32) - 1);
          } while (otherPlace == place);
          long start = (long) part << 35;
          long word0 = RecordLayout.word0(version, 5);
          long pending = RecordLayout.pendingWord1(9);
          long word1 = RecordLayout.liveWord1(start + place * 8, word0, pending, 0, content);
          assertThat(RecordLayout.isIntact(start + place * 8, word0, word1, 0, content)).isTrue();
          assertThat(RecordLayout.isIntact(start + otherPlace * 8, word0, word1, 0, content))
              .isFalse();
        });
  }

  @Test
  void shouldSplitOneBucketOnlyWhenABucketIsAdded() {
    Property.check(
        draw -> {
          long half = draw.longs(0, 0xFFFF_FFFFL);
          long buckets = draw.longs(16, 1 << 24);
          long before = KeyHash.bucket(half, buckets);
          long after = KeyHash.bucket(half, buckets + 1);
          assertThat(before).isBetween(0L, buckets - 1);
          if (after != before) {
            assertThat(after).isEqualTo(buckets);
            assertThat(before).isEqualTo(buckets - Long.highestOneBit(buckets));
          }
        });
  }

  @Test
  void shouldKeepTheStripeOfAKeyWhileTheIndexGrows() {
    Property.check(
        draw -> {
          long half = draw.longs(0, 0xFFFF_FFFFL);
          long buckets = draw.longs(1024, 1 << 24);
          assertThat(KeyHash.bucket(half, buckets) & 1023).isEqualTo(half & 1023);
        });
  }

  @Test
  void shouldTellByTheLevelThatTheNumberOfBucketsIsOutOfDate() {
    Property.check(
        draw -> {
          long half = draw.longs(0, 0xFFFF_FFFFL);
          long then = draw.longs(16, 1 << 20);
          long added = draw.longs(0, 1 << 20);
          long now = then + added;
          long stale = KeyHash.bucket(half, then);
          long base = Long.highestOneBit(now);
          int level =
              Long.numberOfTrailingZeros(base) + (stale < now - base || stale >= base ? 1 : 0);
          assertThat(Bucket.isAddressedBy(Bucket.versionWord(level, 3), stale, half))
              .isEqualTo(KeyHash.bucket(half, now) == stale);
        });
  }

  @Test
  void shouldWriteAHeaderThatOthersCanReadByTheFormatDocument() {
    CuckooStore store = open(4 * MEBIBYTE);
    store.put(Slice.of("some key"), Slice.of("some value"));
    MemorySegment memory = store.region();
    byte[] magic = memory.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE);
    assertThat(new String(magic, StandardCharsets.US_ASCII)).isEqualTo("WISPTABL");
    assertThat(memory.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(4);
    assertThat(memory.get(ValueLayout.JAVA_LONG, 16)).isEqualTo(4 << 20);
    assertThat(memory.get(ValueLayout.JAVA_LONG, 24)).isNotZero();
    assertThat(memory.get(ValueLayout.JAVA_LONG, 40)).isEqualTo(4096);
    assertThat(memory.get(ValueLayout.JAVA_LONG, 64)).isEqualTo(1024);
    assertThat(memory.get(ValueLayout.JAVA_LONG, 160)).as("pages").isEqualTo(17);
    assertThat(FormatReader.read(memory, "some key")).isEqualTo("some value");
    store.expire(Slice.of("some key"), 4_000_000_000_000L);
    assertThat(FormatReader.read(memory, "some key")).isEqualTo("some value");
    assertThat(FormatReader.read(memory, "no such key")).isNull();
  }
}
