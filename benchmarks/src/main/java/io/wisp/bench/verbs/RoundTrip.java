// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;

/** One round trip to a peer and back, made again and again. Allocates nothing. */
interface RoundTrip {

  /** Makes one. */
  void run();

  /** Over a connection to a peer. */
  static RoundTrip over(PairConnection connection) {
    Link link = connection.link();
    if (link.options.operation() == VerbsOperation.READ) {
      SendBatch request = link.requests(1).flags(0, SendFlags.SIGNALED);
      return () -> {
        link.pair.post(request, 1);
        link.awaitOne(link.sends);
      };
    }
    PingPong end = connection.end();
    return () -> {
      end.send();
      end.receive();
    };
  }
}
