// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What a queue pair promises. */
public enum QueuePairType implements Coded {
  /** Reliable connection: one peer, in order, retried; every operation. */
  RC(Ibv.IBV_QPT_RC),

  /** Unreliable connection: one peer, lost messages stay lost; SEND and WRITE. */
  UC(Ibv.IBV_QPT_UC),

  /** Unreliable datagram: any peers, messages of at most one packet; SEND. */
  UD(Ibv.IBV_QPT_UD);

  private final int code;

  QueuePairType(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }
}
