// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What kind of packets a GID stands for. */
public enum GidType implements Coded {
  /** InfiniBand's global routing header. */
  INFINIBAND(Ibv.IBV_GID_TYPE_IB),

  /** RoCE version 1: Ethernet frames, which no router forwards. */
  ROCE_V1(Ibv.IBV_GID_TYPE_ROCE_V1),

  /** RoCE version 2: UDP over IPv4 or IPv6. */
  ROCE_V2(Ibv.IBV_GID_TYPE_ROCE_V2);

  private final int code;

  GidType(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }
}
