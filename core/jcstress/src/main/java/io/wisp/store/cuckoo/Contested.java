// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.ValueSink;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A key of its own in a store that all tests share: jcstress makes millions of states, and a store
 * for each would measure nothing but mmap.
 */
final class Contested {

  static final int WORDS = 16;

  static final CuckooStore STORE = CuckooStore.open(256 << 20);

  private static final AtomicLong KEYS = new AtomicLong();

  private final byte[] key = new byte[Long.BYTES];

  Contested() {
    MemorySegment.ofArray(key).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, KEYS.incrementAndGet());
  }

  Slice key() {
    return Slice.of(key);
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
    private final Slice room;

    Ends() {
      this(WORDS);
    }

    Ends(int length) {
      words = new long[length];
      room = new Slice().set(MemorySegment.ofArray(words), 0, length * Long.BYTES);
    }

    @Override
    protected Slice room(int length) {
      return room;
    }

    long first() {
      requireFound();
      return words[0];
    }

    long last() {
      requireFound();
      return words[words.length - 1];
    }
  }
}
