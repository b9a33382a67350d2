// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.cuckoo.remote.RemoteTable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What time it is at the server, by which records expire: what the server last said, and how long
 * ago that was by a clock that nobody sets. So a step of this machine's clock does nothing. One of
 * the server's is seen when the server is asked again, because what it said has become old.
 *
 * <p>What it says is the server's time or behind it, by no more than the answer took to arrive: a
 * record is never taken for expired too early.
 */
final class ServerClock implements LongSupplier {

  /** How long what the server said holds. */
  static final long VALID_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final LongSupplier nanoTime;
  private long millis;
  private long heardAt;

  /**
   * @param millis what the server has just said, in milliseconds since the epoch
   * @param nanoTime a clock that only goes on, as {@link System#nanoTime}
   */
  ServerClock(long millis, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    hear(millis);
  }

  /** Takes note of what the server has just said. */
  void hear(long serverMillis) {
    millis = serverMillis;
    heardAt = nanoTime.getAsLong();
  }

  /** The server's time, or {@link RemoteTable#UNKNOWN_TIME} if it has to be asked. */
  @Override
  public long getAsLong() {
    long age = nanoTime.getAsLong() - heardAt;
    return age > VALID_NANOS
        ? RemoteTable.UNKNOWN_TIME
        : millis + TimeUnit.NANOSECONDS.toMillis(age);
  }
}
