// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

/**
 * What the sessions of one thread count.
 *
 * @param executed requests that were executed or refused
 * @param malformed requests that were none by their bytes
 */
record RequestCounters(Counter executed, Counter malformed) {

  RequestCounters() {
    this(new Counter(), new Counter());
  }
}
