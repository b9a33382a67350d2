package io.wisp.cli.perf.load;

/**
 * The next request, or batch of requests, goes out when the reply to the last one is there. What
 * would have come meanwhile is not sent, so that a stall delays it without being counted.
 */
final class ClosedLoop {

  private ClosedLoop() {}

  /** Does requests, one by one or in batches as deep as the exchange. */
  static void run(Exchange exchange, long requests) {
    if (exchange.depth() == 1) {
      for (long i = 0; i < requests; i++) {
        exchange.source().advance();
        exchange.call();
      }
      return;
    }
    for (long done = 0; done < requests; ) {
      int size = (int) Math.min(exchange.depth(), requests - done);
      for (int i = 0; i < size; i++) {
        exchange.source().advance();
        exchange.submit();
      }
      completeAll(exchange);
      done += size;
    }
  }

  /** Puts each key of a range once, in the same way. */
  static void preload(Exchange exchange, long firstKey, long endKey) {
    for (long number = firstKey; number < endKey; number++) {
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
