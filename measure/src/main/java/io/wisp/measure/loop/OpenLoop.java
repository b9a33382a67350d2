// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

/**
 * Requests are due at times of their own, whatever became of those before, and latency counts from
 * then. One that cannot be sent when it is due, because as many are outstanding as may be, goes out
 * as soon as it can; that it had to wait is part of its latency.
 *
 * <p>With one request at a time each waits for its reply, as the transport waits. With several the
 * loop never waits for a reply while there is a request to come: it looks again and again whether
 * one is there, with the clock's pauses between. It waits, as the transport does, only when nothing
 * else can happen: when as many are outstanding as may be, and after the last.
 */
final class OpenLoop {

  /** So many requests in a row are sent before it looks for replies, however many are due. */
  private static final int MOST_IN_A_ROW = 16;

  /** By so many outstanding requests two quarters may differ without meaning anything. */
  private static final int FEW = 8;

  private final Exchange exchange;
  private final Schedule schedule;
  private final LoadClock clock;
  private final long start;
  private final long giveUp;
  private final long timeout;
  private final long requests;
  private long done;
  private boolean caughtUpLately;
  private int leastEarlier;
  private int leastLately;

  /**
   * A loop that begins at a time.
   *
   * @param giveUp after how many nanoseconds no more requests are sent, due or not
   * @param timeout after how many nanoseconds a reply is waited for, so that the client's own
   *     timeout ends that
   */
  OpenLoop(Exchange exchange, Schedule schedule, long start, long giveUp, long timeout) {
    this.exchange = exchange;
    this.schedule = schedule;
    clock = exchange.clock();
    this.start = start;
    this.giveUp = start + giveUp;
    this.timeout = timeout;
    requests = schedule.requests();
    leastEarlier = exchange.depth();
    leastLately = exchange.depth();
  }

  void run() {
    if (exchange.depth() == 1) {
      oneByOne();
    } else {
      overlapping();
    }
  }

  private void oneByOne() {
    long now = clock.now();
    while (done < requests && now - giveUp < 0 && !clock.isStopped()) {
      long due = start + schedule.next();
      exchange.source().advance();
      if (now - due < 0) {
        noteCaughtUp();
        clock.awaitUntil(due);
        if (clock.isStopped()) {
          break;
        }
      }
      now = exchange.call(due, clock.now());
      done++;
    }
  }

  private void overlapping() {
    long due = 0;
    boolean drawn = false;
    int unflushed = 0;
    while (done < requests && !clock.isStopped()) {
      if (!drawn) {
        due = start + schedule.next();
        exchange.source().advance();
        drawn = true;
      }
      long now = clock.now();
      if (now - giveUp >= 0) {
        break;
      }
      boolean room = !exchange.isFull();
      boolean isDue = now - due >= 0;
      if (isDue && room && unflushed < MOST_IN_A_ROW) {
        exchange.submit(due, now);
        unflushed++;
        done++;
        drawn = false;
        continue;
      }
      if (unflushed > 0) {
        exchange.flush();
        unflushed = 0;
      }
      if (!isDue && room) {
        noteCaughtUp();
      }
      if (exchange.outstanding() == 0) {
        clock.awaitUntil(due);
      } else if (!room || exchange.isReplyReady() || now - exchange.oldestSent() > timeout) {
        exchange.completeOldest();
        clock.resume();
      } else if (!isDue) {
        clock.pause(due);
      }
    }
    exchange.flush();
    while (exchange.outstanding() > 0) {
      exchange.completeOldest();
    }
  }

  private void noteCaughtUp() {
    caughtUpLately |= done >= requests / 2;
    if (done >= requests - requests / 4) {
      leastLately = Math.min(leastLately, exchange.outstanding());
    } else if (done >= requests / 4 && done < requests / 2) {
      leastEarlier = Math.min(leastEarlier, exchange.outstanding());
    }
  }

  /** How many requests were sent before it gave up. */
  long done() {
    return done;
  }

  /**
   * Whether its requests waited for each other more and more, so that their latencies tell how long
   * the loop ran rather than anything of the server: if in the second half of them there was no
   * moment at which none was due that was not sent; or if at all such moments of the last quarter
   * many more were outstanding than at one of the second quarter, for a deep pipeline hides what is
   * not answered.
   */
  boolean fellBehind() {
    return !caughtUpLately || leastLately > Math.max(2 * leastEarlier, leastEarlier + FEW);
  }
}
