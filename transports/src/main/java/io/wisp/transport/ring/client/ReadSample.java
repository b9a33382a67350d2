// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Request;
import io.wisp.store.Slice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Keys that were read without asking the server, by their hashes, for it to be told: each once, and
 * of those that fall on the same place the first. What is read often finds its place sooner or
 * later, and that is what counts. It belongs to one thread, and allocates nothing after it was
 * made.
 */
final class ReadSample {

  private static final int MOST = 1_024;

  /** 0 is a free place; a key with that hash is never told of. */
  private final long[] places;

  private final MemorySegment encoded;
  private final Slice slice = new Slice();
  private int count;
  private long taken;

  /** An empty one, of which {@link #take} gives at most so many bytes. */
  ReadSample(int maxBytes) {
    places = new long[Math.min(MOST, Integer.highestOneBit(maxBytes / Long.BYTES))];
    encoded = Arena.ofAuto().allocate((long) places.length * Long.BYTES, Long.BYTES);
  }

  void note(long keyHash) {
    int place = (int) (keyHash ^ (keyHash >>> 32)) & (places.length - 1);
    if (places[place] == 0 && keyHash != 0) {
      places[place] = keyHash;
      count++;
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The hashes, as a report carries them, until the next call; they are forgotten here. */
  Slice take() {
    long bytes = 0;
    for (long hash : places) {
      if (hash != 0) {
        encoded.set(Request.HASH_LAYOUT, bytes, hash);
        bytes += Long.BYTES;
      }
    }
    Arrays.fill(places, 0);
    taken += count;
    count = 0;
    return slice.set(encoded, 0, (int) bytes);
  }

  /** How many hashes were taken so far. */
  long taken() {
    return taken;
  }
}
