// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.buffer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory all buffers of a server, or of a client, may take together. Any thread uses it.
 *
 * <p>A server keeps a quarter of it for buffers of up to {@link #MODEST} bytes, so that clients
 * with long values leave something to those with short ones.
 */
public final class BufferBudget {

  /** What a request or a reply of modest length needs. */
  static final int MODEST = 1 << 20;

  private final long limit;
  private final long limitOfLong;
  private final AtomicLong used = new AtomicLong();
  private volatile boolean wasShort;

  private BufferBudget(long limit, long limitOfLong) {
    this.limit = limit;
    this.limitOfLong = limitOfLong;
  }

  /** That of a server, which clients share. */
  public static BufferBudget shared(long limit) {
    return new BufferBudget(limit, limit - limit / 4);
  }

  /** One that nobody shares. */
  public static BufferBudget ofOne(long limit) {
    return new BufferBudget(limit, limit);
  }

  /** Takes bytes from the budget if it has so many left. */
  boolean reserve(long bytes) {
    if (used.addAndGet(bytes) <= (bytes > MODEST ? limitOfLong : limit)) {
      return true;
    }
    used.addAndGet(-bytes);
    wasShort = true;
    return false;
  }

  /** Gives back what was taken. */
  public void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /** Bytes that are taken now. */
  public long used() {
    return used.get();
  }

  /** Bytes that there are. */
  public long limit() {
    return limit;
  }

  /** Whether somebody found no memory, and half of it is not free again since. */
  public boolean isShort() {
    if (wasShort && used.get() < limit / 2) {
      wasShort = false;
    }
    return wasShort;
  }

  /** What each of so many clients may hold, whatever the others do. */
  public long fairShare(int clients) {
    return limit / Math.max(1, clients);
  }
}
