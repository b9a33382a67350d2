// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteCondition;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * The state of a test: a key of its own in a store that all tests share. jcstress makes millions of
 * states, and a store for each would measure nothing but mmap.
 */
class Contested {

  static final int WORDS = 16;

  static final CuckooStore STORE = CuckooStore.open(256 << 20);

  private static final AtomicLong KEYS = new AtomicLong();

  private final byte[] key = new byte[Long.BYTES];
  private final long firstVersion;

  /** A key that is absent. */
  Contested() {
    MemorySegment.ofArray(key).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, KEYS.incrementAndGet());
    firstVersion = 0;
  }

  /** A key with a value and an expiry. */
  Contested(long word, long expiresAt) {
    MemorySegment.ofArray(key).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, KEYS.incrementAndGet());
    STORE.write(key(), value(word), WriteCondition.ALWAYS, 0, expiresAt);
    firstVersion = read().version();
  }

  /** The version of the value that the key was made with. */
  final long firstVersion() {
    return firstVersion;
  }

  final Slice key() {
    return Slice.of(key);
  }

  final void put(long word) {
    STORE.put(key(), value(word));
  }

  final void delete() {
    STORE.delete(key());
  }

  final Ends read() {
    Ends ends = new Ends();
    STORE.get(key(), ends);
    return ends;
  }

  /**
   * Where the key's record is. Under the stripes, for tests that run beside this one may make room
   * by moving the entry.
   */
  final long locate() {
    Table table = STORE.table();
    long hash = table.index().hash(key());
    table.stripes().lockKey(hash);
    try {
      return Locations.recordOf(STORE, key());
    } finally {
      table.stripes().unlockKey(hash);
    }
  }

  /** The last word of the value now, or 0 if there is none. */
  final long lastWord() {
    Ends ends = read();
    return ends.isFound() ? ends.last() : 0;
  }

  /** A value all of whose words are the same, so that a torn one shows. */
  static Slice value(long word) {
    return value(word, WORDS);
  }

  /** The same of another length. */
  static Slice value(long word, int length) {
    long[] words = new long[length];
    Arrays.fill(words, word);
    return new Slice().set(MemorySegment.ofArray(words), 0, length * Long.BYTES);
  }

  /** The first and the last word of the value read last. */
  static final class Ends extends ValueSink {

    private final long[] words;
    private final MemorySegment memory;
    private final Slice room = new Slice();

    Ends() {
      this(WORDS);
    }

    Ends(int length) {
      words = new long[length];
      memory = MemorySegment.ofArray(words);
    }

    @Override
    protected Slice room(int length) {
      return room.set(memory, 0, length);
    }

    long first() {
      requireFound();
      return words[0];
    }

    /** Tells the first and the last word, if there is a value. */
    void report(JJ_Result result) {
      if (isFound()) {
        result.r1 = first();
        result.r2 = last();
      }
    }

    long last() {
      return word(words.length - 1);
    }

    long word(int number) {
      requireFound();
      return words[number];
    }
  }
}
