// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoorbellTest {

  private static final VarHandle NEWS = ValueLayout.JAVA_LONG.varHandle();
  private static final long NEVER = TimeUnit.HOURS.toNanos(1);
  private static final long STRESS_NANOS = TimeUnit.SECONDS.toNanos(4);
  private static final int LEAST_ROUNDS = 1_000;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory = arena.allocate(4L * Doorbell.BYTES, 64);
  private final Doorbell bell = new Doorbell(memory.asSlice(0, Doorbell.BYTES));

  @AfterEach
  void close() {
    arena.close();
  }

  /** One side: news of its own to write, the other's to wait for, and the bell that it waits at. */
  private final class Side {

    private final Doorbell own;
    private final Doorbell others;
    private final long mine;
    private final long theirs;
    private final MemorySegment timespec = Futex.timespec(arena);
    private final SplittableRandom random;
    private long sleeps;

    Side(int number) {
      own = new Doorbell(memory.asSlice((long) number * Doorbell.BYTES, Doorbell.BYTES));
      others = new Doorbell(memory.asSlice((1L - number) * Doorbell.BYTES, Doorbell.BYTES));
      mine = 2L * Doorbell.BYTES + 64L * number;
      theirs = 2L * Doorbell.BYTES + 64L * (1 - number);
      random = new SplittableRandom(number);
    }

    void tell(long news) {
      NEWS.setRelease(memory, mine, news);
      others.ring();
    }

    /** Sleeps without an end, so that a bell that is not heard is noticed. */
    void await(long news) {
      for (int spins = random.nextInt(400); spins > 0; spins--) {
        Thread.onSpinWait();
      }
      while ((long) NEWS.getAcquire(memory, theirs) != news) {
        int rings = own.prepare();
        if ((long) NEWS.getAcquire(memory, theirs) != news) {
          own.sleep(rings, NEVER, timespec);
          sleeps++;
        }
        own.awake();
      }
    }
  }

  @Test
  void shouldNeverSleepOnWhenTheOtherSideHasRung() throws InterruptedException {
    Side here = new Side(0);
    Side there = new Side(1);
    AtomicLong last = new AtomicLong(Long.MAX_VALUE);
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  long round = 0;
                  do {
                    there.await(++round);
                    there.tell(round);
                  } while (round < last.get());
                });
    long round = 0;
    long end = System.nanoTime() + STRESS_NANOS;
    while (System.nanoTime() < end || round <= LEAST_ROUNDS) {
      here.tell(++round);
      here.await(round);
    }
    last.set(round + 1);
    here.tell(++round);
    here.await(round);
    other.join();
    System.out.printf(
        Locale.ROOT, "rounds=%d sleeps=%d and %d%n", round, here.sleeps, there.sleeps);
    assertThat(here.sleeps + there.sleeps).isPositive();
  }

  @Test
  void shouldNotSleepIfItRangAfterItWasPrepared() {
    int rings = bell.prepare();
    bell.ring();
    bell.sleep(rings, NEVER, Futex.timespec(arena));
    bell.awake();
  }

  @Test
  void shouldRingForNobodyOnlyIfItMust() {
    bell.ring();
    assertThat(memory.get(ValueLayout.JAVA_INT, 0)).isZero();
    bell.ringAnyway();
    assertThat(memory.get(ValueLayout.JAVA_INT, 0)).isOne();
  }

  @Test
  void shouldWakeUpByItselfWhenTheTimeIsOver() {
    bell.sleep(bell.prepare(), 1_000_000, Futex.timespec(arena));
    bell.awake();
  }
}
