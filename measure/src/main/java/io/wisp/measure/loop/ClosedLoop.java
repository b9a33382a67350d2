// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.workload.RequestKind;
import java.util.function.LongPredicate;

/**
 * One client that sends its next request, or batch of requests, when it has the reply to the last.
 * What would have come meanwhile is not sent, so that a stall delays it without being counted. A
 * latency runs from sending to the reply. Belongs to one thread, and allocates nothing.
 */
public final class ClosedLoop {

  private final Exchange exchange;

  /** A loop over an exchange, in batches as deep as that. */
  public ClosedLoop(Exchange exchange) {
    this.exchange = exchange;
  }

  /**
   * Completes one request, after sending it or the batch that it is the first of.
   *
   * @return the time of the reply, by the exchange's clock
   */
  public long step() {
    return step(exchange.depth());
  }

  private long step(long batch) {
    if (exchange.depth() == 1) {
      exchange.source().advance();
      return exchange.call();
    }
    if (exchange.outstanding() == 0) {
      submit(batch);
    }
    return exchange.completeOldest();
  }

  private void submit(long requests) {
    for (long i = 0; i < requests; i++) {
      exchange.source().advance();
      exchange.submit();
    }
    exchange.flush();
  }

  /** Completes what is under way, so that the time until the next step is no latency. */
  public void pause() {
    completeAll();
  }

  private long completeAll() {
    long now = exchange.clock().now();
    while (exchange.outstanding() > 0) {
      now = exchange.completeOldest();
    }
    return now;
  }

  /**
   * For a thread that has several loops: completes the batch under way and sends the next one,
   * whose replies it does not wait for, so that the thread can turn to its other loops meanwhile.
   *
   * @param left how many requests there may still be
   * @param isFirst whether a batch is sent whatever the time is
   * @param end a time by the exchange's clock, beyond which none is sent
   * @return how many were sent, 0 at the end
   */
  long turn(long left, boolean isFirst, long end) {
    long now = completeAll();
    long batch = Math.min(exchange.depth(), left);
    if (batch == 0 || (!isFirst && now - end >= 0) || !mayGoOn()) {
      return 0;
    }
    submit(batch);
    return batch;
  }

  /** Does so many requests, or fewer if the clock is stopped. */
  void run(long requests) {
    for (long left = requests; left > 0 && mayGoOn(); left--) {
      long ignored = step(Math.min(exchange.depth(), left));
    }
  }

  /** Does requests until a time by the exchange's clock, and one or one batch at least. */
  void runUntil(long end) {
    long now;
    do {
      now = step();
    } while (exchange.outstanding() > 0 || (now - end < 0 && mayGoOn()));
  }

  /** Only between batches: what was sent is answered. */
  private boolean mayGoOn() {
    return exchange.outstanding() > 0 || !exchange.clock().isStopped();
  }

  /**
   * Puts each key of a range that is to be there, and deletes each other. Ends early if the clock
   * is stopped.
   *
   * @param end after the last key
   */
  public void preload(long first, long end, LongPredicate present) {
    for (long number = first; number < end && !exchange.clock().isStopped(); number++) {
      RequestKind kind = present.test(number) ? RequestKind.PUT : RequestKind.DELETE;
      exchange.source().advanceTo(kind, number);
      exchange.submit();
      if (exchange.isFull()) {
        exchange.flush();
        pause();
      }
    }
    exchange.flush();
    pause();
  }
}
