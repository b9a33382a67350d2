// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

/**
 * What all loops of a server have counted together.
 *
 * @param accepted connections
 * @param rejected connections refused or closed because of a limit
 * @param requests executed, refused ones included
 * @param malformed requests whose bytes were no request
 * @param received bytes
 * @param sent bytes
 * @param hits reads that found their key
 * @param misses reads that did not
 */
record Totals(
    long accepted,
    long rejected,
    long requests,
    long malformed,
    long received,
    long sent,
    long hits,
    long misses) {

  static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0, 0);

  /** What came since others were counted. */
  Totals since(Totals others) {
    return new Totals(
        accepted - others.accepted,
        rejected - others.rejected,
        requests - others.requests,
        malformed - others.malformed,
        received - others.received,
        sent - others.sent,
        hits - others.hits,
        misses - others.misses);
  }
}
