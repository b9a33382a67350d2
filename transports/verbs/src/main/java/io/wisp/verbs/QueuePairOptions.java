// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import org.jspecify.annotations.Nullable;

/**
 * What a new queue pair shall be like. Begins with a queue of 64 requests each way, one piece of
 * memory a request, and no inline data.
 */
public final class QueuePairOptions {

  final QueuePairType type;
  final CompletionQueue sendQueue;
  final CompletionQueue receiveQueue;
  @Nullable SharedReceiveQueue shared;
  int maxSends = 64;
  int maxReceives = 64;
  int maxSendGather = 1;
  int maxReceiveScatter = 1;
  int maxInline;
  boolean signalAll;

  /**
   * With separate completion queues.
   *
   * @param sendQueue where requests of the send queue complete
   * @param receiveQueue where receives complete
   */
  public QueuePairOptions(
      QueuePairType type, CompletionQueue sendQueue, CompletionQueue receiveQueue) {
    this.type = type;
    this.sendQueue = sendQueue;
    this.receiveQueue = receiveQueue;
  }

  /** With one completion queue for everything. */
  public QueuePairOptions(QueuePairType type, CompletionQueue queue) {
    this(type, queue, queue);
  }

  /** Takes receives from a shared queue, and has none of its own. */
  public QueuePairOptions sharedReceiveQueue(SharedReceiveQueue queue) {
    shared = queue;
    return this;
  }

  /** How many requests the send queue holds at least. */
  public QueuePairOptions maxSends(int requests) {
    maxSends = requests;
    return this;
  }

  /** How many requests the receive queue holds at least. */
  public QueuePairOptions maxReceives(int requests) {
    maxReceives = requests;
    return this;
  }

  /** How many pieces of memory a request of the send queue can name. */
  public QueuePairOptions maxSendGather(int pieces) {
    maxSendGather = pieces;
    return this;
  }

  /** How many pieces of memory a receive request can name. */
  public QueuePairOptions maxReceiveScatter(int pieces) {
    maxReceiveScatter = pieces;
    return this;
  }

  /**
   * How many bytes a request can carry in itself, instead of naming memory. The device may grant
   * more; {@link QueuePair#maxInline} tells.
   */
  public QueuePairOptions maxInline(int bytes) {
    maxInline = bytes;
    return this;
  }

  /** Whether every request of the send queue has a completion, asked for or not. */
  public QueuePairOptions signalAll(boolean all) {
    signalAll = all;
    return this;
  }
}
