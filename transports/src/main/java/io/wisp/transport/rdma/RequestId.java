// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

/**
 * The number that a work request is given and its completion comes with: which connection of the
 * port it belongs to, and what it was.
 *
 * <pre>
 *  63                              22 21                    2 1  0
 * +----------------------------------+-----------------------+----+
 * |              serial              |        number         |kind|
 * +----------------------------------+-----------------------+----+
 * </pre>
 *
 * <p>The number of a connection is given to another once it is free, while completions of its queue
 * pairs may still be in the queue; the serial number is nobody else's.
 */
final class RequestId {

  /** A receive request, completed by a notification of the other side. */
  static final int NOTIFICATION = 0;

  /** A WRITE into the other side's mailbox. */
  static final int WRITE = 1;

  /** A READ of what the other side offers. */
  static final int READ = 2;

  /** The largest number of a connection. */
  static final int MAX_NUMBER = (1 << 20) - 1;

  private static final int KIND_BITS = 2;
  private static final int NUMBER_BITS = 20;

  private RequestId() {}

  static long of(long serial, int number, int kind) {
    return serial << (NUMBER_BITS + KIND_BITS) | (long) number << KIND_BITS | kind;
  }

  static int kind(long id) {
    return (int) id & ((1 << KIND_BITS) - 1);
  }

  static int number(long id) {
    return (int) (id >>> KIND_BITS) & MAX_NUMBER;
  }

  /** The same for all requests of a connection. */
  static long withoutKind(long id) {
    return id >>> KIND_BITS;
  }
}
