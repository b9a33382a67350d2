// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.transport.TransportException;
import java.util.function.Supplier;
import redis.clients.jedis.exceptions.JedisException;

/** Requests of clients that learn by an error that there is another master. */
final class PatientRequests {

  private static final int MOST_TRIES = 1_200;

  private PatientRequests() {}

  /** The answer to a request that is made until it has one. */
  static String answer(Supplier<String> request) throws InterruptedException {
    for (int i = 1; ; i++) {
      try {
        return request.get();
      } catch (JedisException | TransportException | IllegalStateException e) {
        if (i == MOST_TRIES) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }
}
