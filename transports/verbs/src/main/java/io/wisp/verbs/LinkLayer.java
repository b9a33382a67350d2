// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What lies below a port. */
public enum LinkLayer {
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

  /** Its number in {@code infiniband/verbs.h}. */
  public int code() {
    return code;
  }

  static LinkLayer of(int code) {
    for (LinkLayer candidate : values()) {
      if (candidate.code == code) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("unknown link layer: " + code);
  }
}
