// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Repeats what a pause of this machine has spoilt: an attempt in which somebody has to be quick, as
 * a client that its server would else take for silent. An attempt that fails though nobody has
 * paused fails the test, and so does the last of many.
 */
public final class Undisturbed {

  private static final int MOST_ATTEMPTS = 20;
  private static final long NAP_NANOS = 2_000_000;

  /** What is attempted, from the beginning each time. */
  @FunctionalInterface
  public interface Attempt<E extends Exception> {

    /** Does it. */
    void run(Pulse pulse) throws E;
  }

  /**
   * Notes how long a thread paused that only naps, which is as long as the machine did, and the
   * thread of the attempt between two of its beats, which is as long as those whom it waits for.
   */
  public static final class Pulse implements AutoCloseable {

    private final long began = System.nanoTime();
    private final Thread napping = Thread.ofPlatform().daemon().start(this::nap);
    private volatile boolean over;
    private long longestNap;
    private long longestGap;

    /** 0 if there was none since the last rest. */
    private long lastBeat;

    private Pulse() {}

    private void nap() {
      long before = began;
      do {
        LockSupport.parkNanos(NAP_NANOS);
        long now = System.nanoTime();
        longestNap = Math.max(longestNap, now - before);
        before = now;
      } while (!over);
    }

    /** The attempt goes on. */
    public void beat() {
      long now = System.nanoTime();
      longestGap = lastBeat == 0 ? longestGap : Math.max(longestGap, now - lastBeat);
      lastBeat = now | 1;
    }

    /** What comes until the next beat may take long. */
    public void rest() {
      beat();
      lastBeat = 0;
    }

    @Override
    public void close() {
      if (lastBeat != 0) {
        beat();
      }
      over = true;
      boolean interrupted = Thread.interrupted();
      while (napping.isAlive()) {
        try {
          napping.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private boolean hasPaused(Duration longerThan) {
      return Math.max(longestNap, longestGap) > longerThan.toNanos();
    }
  }

  private Undisturbed() {}

  /**
   * Attempts something until no pause spoils it.
   *
   * @param bearable how long a pause can be that spoils nothing
   */
  public static <E extends Exception> void run(Duration bearable, Attempt<E> attempt) throws E {
    for (int left = MOST_ATTEMPTS - 1; ; left--) {
      Pulse pulse = new Pulse();
      try (pulse) {
        attempt.run(pulse);
        return;
      } catch (Exception | AssertionError e) {
        if (left == 0 || e instanceof InterruptedException || !pulse.hasPaused(bearable)) {
          throw e;
        }
        System.out.println("again, because this machine paused: " + e);
      }
    }
  }
}
