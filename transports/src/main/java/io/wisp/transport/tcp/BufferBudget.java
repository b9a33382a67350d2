package io.wisp.transport.tcp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory all buffers of a server, or of a client, may take together. Any thread uses it.
 */
final class BufferBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  BufferBudget(long limit) {
    this.limit = limit;
  }

  /** Takes bytes from the budget if it has so many left. */
  boolean reserve(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }

  long limit() {
    return limit;
  }
}
