// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** The states of a queue pair. A new one is in {@link #RESET}. */
public enum QueuePairState implements Coded {
  /** New, or reset: nothing can be posted. */
  RESET(Ibv.IBV_QPS_RESET),

  /** Receives can be posted, and nothing arrives yet. */
  INIT(Ibv.IBV_QPS_INIT),

  /** Knows its peer and receives. */
  READY_TO_RECEIVE(Ibv.IBV_QPS_RTR),

  /** Fully working. */
  READY_TO_SEND(Ibv.IBV_QPS_RTS),

  /** Sends are held back, to change attributes. */
  SEND_QUEUE_DRAINED(Ibv.IBV_QPS_SQD),

  /** A send failed on a pair that is not reliable; receiving goes on. */
  SEND_QUEUE_ERROR(Ibv.IBV_QPS_SQE),

  /** Failed: every request that is posted or pending completes as flushed. */
  ERROR(Ibv.IBV_QPS_ERR);

  private final int code;

  QueuePairState(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }
}
