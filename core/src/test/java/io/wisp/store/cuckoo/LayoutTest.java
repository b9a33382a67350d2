package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LayoutTest {

  @Property
  void shouldGiveBackWhatASlotWasMadeOf(
      @ForAll @LongRange(max = (1 << Bucket.TAG_BITS) - 1) long tag,
      @ForAll @LongRange(min = 1, max = (1L << Bucket.OFFSET_BITS) - 1) long words,
      @ForAll boolean expires) {
    long slot = Bucket.slot(tag, words * 8, expires);
    assertThat(Bucket.tag(slot)).isEqualTo(tag);
    assertThat(Bucket.recordOffset(slot)).isEqualTo(words * 8);
    assertThat(Bucket.expires(slot)).isEqualTo(expires);
    assertThat(slot).isNotEqualTo(Bucket.EMPTY);
  }

  @Property
  void shouldGiveBackWhatAVersionWordWasMadeOfAndCountUp(
      @ForAll @IntRange(max = 32) int level,
      @ForAll @LongRange(max = (1L << 56) - 2) long version) {
    long word = Bucket.versionWord(level, version);
    assertThat(Bucket.level(word)).isEqualTo(level);
    assertThat(Bucket.version(word)).isEqualTo(version);
    long next = Bucket.nextVersion(word, level + 1);
    assertThat(Bucket.level(next)).isEqualTo(level + 1);
    assertThat(Bucket.version(next)).isEqualTo(version + 1);
  }

  @Property
  void shouldGiveBackWhatAHeaderWasMadeOf(
      @ForAll @LongRange(min = 1, max = (1L << 48) - 1) long version,
      @ForAll @IntRange(min = 1, max = Limits.MAX_KEY_LENGTH) int keyLength,
      @ForAll @IntRange(max = Limits.MAX_VALUE_LENGTH) int valueLength,
      @ForAll long expiry,
      @ForAll long changedExpiry,
      @ForAll @LongRange(min = 512, max = (1L << 40) - 1) long place,
      @ForAll @LongRange(min = 512, max = (1L << 40) - 1) long otherPlace) {
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
    assertThat(RecordLayout.isIntact(offset, word0, live | RecordLayout.DEAD, expiry, 42)).isTrue();
    long changed0 = RecordLayout.word0(version ^ 1, keyLength);
    assertThat(RecordLayout.changedWord1(live, word0, expiry, changed0, changedExpiry))
        .isEqualTo(RecordLayout.liveWord1(offset, changed0, pending, changedExpiry, 42));
    long moved = RecordLayout.movedWord1(live, offset, otherPlace * 8);
    assertThat(moved).isEqualTo(RecordLayout.liveWord1(otherPlace * 8, word0, pending, expiry, 42));
  }

  @Property
  void shouldSeeAnyBitFlippedInARecord(
      @ForAll @LongRange(min = 1, max = (1L << 48) - 1) long version,
      @ForAll long expiry,
      @ForAll long content,
      @ForAll @IntRange(max = 63) int bit,
      @ForAll @IntRange(max = 3) int where) {
    long word0 = RecordLayout.word0(version, 5);
    long word1 = RecordLayout.liveWord1(4096, word0, RecordLayout.pendingWord1(9), expiry, content);
    long flip = 1L << bit;
    Assume.that(where != 1 || flip != RecordLayout.DEAD);
    assertThat(
            RecordLayout.isIntact(
                4096,
                where == 0 ? word0 ^ flip : word0,
                where == 1 ? word1 ^ flip : word1,
                where == 2 ? expiry ^ flip : expiry,
                where == 3 ? content ^ flip : content))
        .isFalse();
  }

  @Property
  void shouldNotFitInAnyOtherPlaceOfTheSameThirtyTwoGibibytes(
      @ForAll @LongRange(min = 1, max = (1L << 48) - 1) long version,
      @ForAll long content,
      @ForAll @IntRange(max = 255) int part,
      @ForAll @LongRange(max = (1L << 32) - 1) long place,
      @ForAll @LongRange(max = (1L << 32) - 1) long otherPlace) {
    Assume.that(place != otherPlace);
    long start = (long) part << 35;
    long word0 = RecordLayout.word0(version, 5);
    long pending = RecordLayout.pendingWord1(9);
    long word1 = RecordLayout.liveWord1(start + place * 8, word0, pending, 0, content);
    assertThat(RecordLayout.isIntact(start + place * 8, word0, word1, 0, content)).isTrue();
    assertThat(RecordLayout.isIntact(start + otherPlace * 8, word0, word1, 0, content)).isFalse();
  }

  @Property
  void shouldSplitOneBucketOnlyWhenABucketIsAdded(
      @ForAll @LongRange(max = 0xFFFF_FFFFL) long half,
      @ForAll @LongRange(min = 16, max = 1 << 24) long buckets) {
    long before = KeyHash.bucket(half, buckets);
    long after = KeyHash.bucket(half, buckets + 1);
    assertThat(before).isBetween(0L, buckets - 1);
    if (after != before) {
      assertThat(after).isEqualTo(buckets);
      assertThat(before).isEqualTo(buckets - Long.highestOneBit(buckets));
    }
  }

  @Property
  void shouldKeepTheStripeOfAKeyWhileTheIndexGrows(
      @ForAll @LongRange(max = 0xFFFF_FFFFL) long half,
      @ForAll @LongRange(min = 1024, max = 1 << 24) long buckets) {
    assertThat(KeyHash.bucket(half, buckets) & 1023).isEqualTo(half & 1023);
  }

  @Property
  void shouldTellByTheLevelThatTheNumberOfBucketsIsOutOfDate(
      @ForAll @LongRange(max = 0xFFFF_FFFFL) long half,
      @ForAll @LongRange(min = 16, max = 1 << 20) long then,
      @ForAll @LongRange(max = 1 << 20) long added) {
    long now = then + added;
    long stale = KeyHash.bucket(half, then);
    long base = Long.highestOneBit(now);
    int level = Long.numberOfTrailingZeros(base) + (stale < now - base || stale >= base ? 1 : 0);
    assertThat(Bucket.isAddressedBy(Bucket.versionWord(level, 3), stale, half))
        .isEqualTo(KeyHash.bucket(half, now) == stale);
  }

  @Test
  void shouldWriteAHeaderThatOthersCanReadByTheFormatDocument() {
    try (CuckooStore store = CuckooStore.open(4 << 20)) {
      store.put(Slice.of("some key"), Slice.of("some value"));
      MemorySegment memory = store.region();
      byte[] magic = memory.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE);
      assertThat(new String(magic, StandardCharsets.US_ASCII)).isEqualTo("WISPTABL");
      assertThat(memory.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(3);
      assertThat(memory.get(ValueLayout.JAVA_LONG, 16)).isEqualTo(4 << 20);
      assertThat(memory.get(ValueLayout.JAVA_LONG, 24)).isNotZero();
      assertThat(memory.get(ValueLayout.JAVA_LONG, 40)).isEqualTo(4096);
      assertThat(memory.get(ValueLayout.JAVA_LONG, 64)).isEqualTo(1024);
      assertThat(FormatReader.read(memory, "some key")).isEqualTo("some value");
      store.expire(Slice.of("some key"), 4_000_000_000_000L);
      assertThat(FormatReader.read(memory, "some key")).isEqualTo("some value");
      assertThat(FormatReader.read(memory, "no such key")).isNull();
    }
  }
}
