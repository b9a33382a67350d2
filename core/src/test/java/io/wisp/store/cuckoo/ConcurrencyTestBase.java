// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.StoreStatistics;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * What threads do to a store while others read it. Keys have numbers. A value says which key it is
 * of and has a number too, and every byte of it follows from the two; so a reader knows a torn
 * value, or another key's, when it sees one.
 */
abstract class ConcurrencyTestBase extends StoreTestBase {

  /** The shortest value. */
  static final int HEADER = 16;

  static final int WRITERS = 2;
  static final int READERS = 2;

  final ConcurrentTasks threads = new ConcurrentTasks();

  /** Milliseconds in what a test calls a second: fewer in the runs of every build. */
  long seconds() {
    return 500;
  }

  static Slice keyOf(int number) {
    return pointAtKey(new Slice(), MemorySegment.ofArray(new long[2]), number);
  }

  static Slice pointAtKey(Slice key, MemorySegment memory, int number) {
    memory.set(ValueLayout.JAVA_LONG, 0, number);
    memory.set(ValueLayout.JAVA_LONG, 8, ~number);
    return key.set(memory, 0, 16);
  }

  /** Writes a value at an offset. */
  static void fill(MemorySegment memory, long offset, int length, int keyNumber, long number) {
    memory.set(ValueLayout.JAVA_LONG, offset, keyNumber);
    memory.set(ValueLayout.JAVA_LONG, offset + 8, number);
    memory.asSlice(offset + HEADER, length - HEADER).fill(filler(keyNumber, number, length));
  }

  private static byte filler(long keyNumber, long number, int length) {
    return (byte) (keyNumber * 31 + number * 7 + length);
  }

  /** The number in a value, if it is the key's and of one piece. */
  static long checkWhole(Slice value, int keyNumber) {
    MemorySegment memory = value.segment();
    long offset = value.offset();
    assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offset)).isEqualTo(keyNumber);
    long number = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + 8);
    byte filler = filler(keyNumber, number, value.length());
    for (int i = HEADER; i < value.length(); i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, offset + i) != filler) {
        throw new AssertionError(
            "torn value at " + i + " of " + value.length() + ", key " + keyNumber);
      }
    }
    return number;
  }

  /**
   * Has readers look for keys that stay, while others make the index grow and entries move.
   *
   * @param hasRead whether the readers have found some
   */
  final void growBeside(
      CuckooStore store,
      int stable,
      long milliseconds,
      BooleanSupplier hasRead,
      List<Runnable> readers)
      throws Exception {
    for (int i = 0; i < stable; i++) {
      store.put(keyOf(i), Slice.of(new byte[8]));
    }
    List<Runnable> tasks = new ArrayList<>(readers);
    tasks.add(() -> comeAndGo(store, stable, 120_000));
    threads.runFor(
        milliseconds, () -> hasGrownAndDisplaced(store) && hasRead.getAsBoolean(), tasks);
    assertThat(store.statistics().displacements()).isPositive();
    assertThat(store.statistics().growths()).isPositive();
  }

  /** Makes the index grow by keys behind the stable ones, then writes and deletes them. */
  private void comeAndGo(CuckooStore store, int stable, int coming) {
    SplittableRandom random = new SplittableRandom(7);
    Slice value = Slice.of(new byte[8]);
    for (int i = 0; i < coming && !threads.areToStop(); i++) {
      store.put(keyOf(stable + i), value);
    }
    while (!threads.areToStop()) {
      int number = stable + random.nextInt(coming);
      if (random.nextBoolean()) {
        store.put(keyOf(number), value);
      } else {
        store.delete(keyOf(number));
      }
    }
  }

  /** Lets time pass and does what a server does beside its requests. */
  final void maintainUntilStopped(CuckooStore store) {
    while (!threads.areToStop()) {
      now.incrementAndGet();
      store.maintain(100_000);
      store.scan(0, 10, (segment, offset, length) -> assertThat(length).isEqualTo(16));
      Thread.onSpinWait();
    }
  }

  private static boolean hasGrownAndDisplaced(CuckooStore store) {
    StoreStatistics statistics = store.statistics();
    return statistics.growths() > 0 && statistics.displacements() > 0;
  }

  /** Puts a key that has two buckets, and says its number. */
  static int putWanderer(CuckooStore store) {
    int number = 0;
    while (Locations.firstBucketOf(store, keyOf(number))
        == Locations.secondBucketOf(store, keyOf(number))) {
      number++;
    }
    store.put(keyOf(number), Slice.of("value"));
    return number;
  }

  /** Moves a key from one of its buckets to the other, with pauses shorter than so many spins. */
  final void moveToAndFro(CuckooStore store, int number, int pause) {
    Slice key = keyOf(number);
    SplittableRandom random = new SplittableRandom(1);
    while (!threads.areToStop()) {
      assertThat(Locations.moveToOtherBucket(store, key)).isTrue();
      for (int i = random.nextInt(pause); i > 0; i--) {
        Thread.onSpinWait();
      }
    }
  }
}
