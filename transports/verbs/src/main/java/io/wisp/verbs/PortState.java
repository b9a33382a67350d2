// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** Whether a port carries traffic. */
public enum PortState {
  /** No change; never the state of a port. */
  NOP(Ibv.IBV_PORT_NOP),

  /** No link. */
  DOWN(Ibv.IBV_PORT_DOWN),

  /** A link that no subnet manager has set up yet. */
  INIT(Ibv.IBV_PORT_INIT),

  /** Set up, not yet in use. */
  ARMED(Ibv.IBV_PORT_ARMED),

  /** Carries traffic. */
  ACTIVE(Ibv.IBV_PORT_ACTIVE),

  /** Was active, and its link is failing. */
  ACTIVE_DEFER(Ibv.IBV_PORT_ACTIVE_DEFER);

  private final int code;

  PortState(int code) {
    this.code = code;
  }

  /** Its number in {@code infiniband/verbs.h}. */
  public int code() {
    return code;
  }

  static PortState of(int code) {
    for (PortState candidate : values()) {
      if (candidate.code == code) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("unknown state of a port: " + code);
  }
}
