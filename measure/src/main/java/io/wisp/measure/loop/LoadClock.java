// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

/** Time, and how a client under load lets it pass. It belongs to one thread. */
public interface LoadClock {

  /** Now, in nanoseconds from an arbitrary moment, as {@link System#nanoTime}. */
  long now();

  /** Returns at a time, or as little later as it can; at once if that is over or it is stopped. */
  void awaitUntil(long time);

  /**
   * Lets a moment pass between two looks for a reply.
   *
   * @param time until when it may last at most
   */
  void pause(long time);

  /** Whether the load is to end before its time, so that nothing more is sent. */
  default boolean isStopped() {
    return false;
  }

  /** A reply came: the next {@link #pause} is the first of new ones. */
  void resume();
}
