// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What lies below a port. */
public enum LinkLayer implements Coded {
  /** Not told, which means InfiniBand. */
  UNSPECIFIED(Ibv.IBV_LINK_LAYER_UNSPECIFIED),

  /** InfiniBand: ports are addressed by LID. */
  INFINIBAND(Ibv.IBV_LINK_LAYER_INFINIBAND),

  /** Ethernet (RoCE, iWARP): ports are addressed by GID. */
  ETHERNET(Ibv.IBV_LINK_LAYER_ETHERNET);

  private final int code;

  LinkLayer(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }
}
