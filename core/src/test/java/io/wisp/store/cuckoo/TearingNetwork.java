// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.log.Backoff;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.RemoteReads;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Fetches the words of all reads of a step in whatever order, with pauses in which the memory may
 * be given to others: the worst that the format allows a device to do. One thread's own.
 */
final class TearingNetwork implements RemoteClient.Network {

  private static final int LONGEST_PAUSE_NANOSECONDS = 30_000_000;

  private final SplittableRandom random;
  private long[] from = new long[1024];
  private long[] to = new long[1024];

  TearingNetwork(long seed) {
    random = new SplittableRandom(seed);
  }

  @Override
  public void fetch(RemoteReads reads, MemorySegment region, MemorySegment buffer) {
    int words = list(reads);
    order(words);
    int pauseBefore = random.nextBoolean() ? random.nextInt(words) : -1;
    for (int i = 0; i < words; i++) {
      if (i == pauseBefore) {
        pause();
      }
      Words.setUnaligned(buffer, to[i], Words.getAcquire(region, from[i]));
    }
    VarHandle.fullFence();
  }

  private int list(RemoteReads reads) {
    int words = 0;
    for (int i = 0; i < reads.count(); i++) {
      for (int offset = 0; offset < reads.length(i); offset += Long.BYTES) {
        if (words == from.length) {
          from = Arrays.copyOf(from, 2 * words);
          to = Arrays.copyOf(to, 2 * words);
        }
        from[words] = reads.regionOffset(i) + offset;
        to[words++] = reads.bufferOffset(i) + offset;
      }
    }
    return words;
  }

  private void order(int words) {
    int choice = random.nextInt(4);
    for (int i = words - 1; i > 0 && choice != 0; i--) {
      int other = choice == 1 ? words - 1 - i : random.nextInt(i + 1);
      if (choice > 1 || other < i) {
        swap(from, i, other);
        swap(to, i, other);
      }
    }
  }

  private static void swap(long[] array, int one, int other) {
    long kept = array[one];
    array[one] = array[other];
    array[other] = kept;
  }

  private void pause() {
    switch (random.nextInt(32)) {
      case 0 -> LockSupport.parkNanos(random.nextInt(LONGEST_PAUSE_NANOSECONDS));
      case 1 -> Backoff.letOthersRun(0);
      default -> {
        for (int i = random.nextInt(500); i > 0; i--) {
          Thread.onSpinWait();
        }
      }
    }
  }
}
