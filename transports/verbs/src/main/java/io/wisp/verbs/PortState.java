// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** Whether a port carries traffic. */
public enum PortState implements Coded {
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

  @Override
  public int code() {
    return code;
  }
}
