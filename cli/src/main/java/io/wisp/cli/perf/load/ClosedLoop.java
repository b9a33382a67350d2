// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf.load;

/**
 * The next request, or batch of requests, goes out when the reply to the last one is there. What
 * would have come meanwhile is not sent, so that a stall delays it without being counted. Each ends
 * early if the clock is stopped.
 */
final class ClosedLoop {

  private ClosedLoop() {}

  /** Does requests, one by one or in batches as deep as the exchange. */
  static void run(Exchange exchange, long requests) {
    if (exchange.depth() == 1) {
      for (long i = 0; i < requests && !exchange.clock().isStopped(); i++) {
        call(exchange);
      }
      return;
    }
    for (long done = 0; done < requests && !exchange.clock().isStopped(); ) {
      int size = (int) Math.min(exchange.depth(), requests - done);
      callTogether(exchange, size);
      done += size;
    }
  }

  /**
   * Does requests in the same way until a time, and one or one batch at least.
   *
   * @param end by the exchange's clock
   */
  static void runUntil(Exchange exchange, long end) {
    if (exchange.depth() == 1) {
      while (call(exchange) - end < 0 && !exchange.clock().isStopped()) {}
      return;
    }
    do {
      callTogether(exchange, exchange.depth());
    } while (exchange.clock().now() - end < 0 && !exchange.clock().isStopped());
  }

  private static long call(Exchange exchange) {
    exchange.source().advance();
    return exchange.call();
  }

  private static void callTogether(Exchange exchange, int requests) {
    for (int i = 0; i < requests; i++) {
      exchange.source().advance();
      exchange.submit();
    }
    completeAll(exchange);
  }

  /** Puts each key of a range once, in the same way. */
  static void preload(Exchange exchange, long firstKey, long endKey) {
    for (long number = firstKey; number < endKey && !exchange.clock().isStopped(); number++) {
      exchange.source().advanceToPut(number);
      exchange.submit();
      if (exchange.isFull()) {
        completeAll(exchange);
      }
    }
    completeAll(exchange);
  }

  private static void completeAll(Exchange exchange) {
    exchange.flush();
    while (exchange.outstanding() > 0) {
      exchange.completeOldest();
    }
  }
}
