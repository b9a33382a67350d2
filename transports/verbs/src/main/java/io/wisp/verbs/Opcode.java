// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What was completed. */
public enum Opcode implements Coded {
  /** A SEND, with or without immediate data. */
  SEND(Ibv.IBV_WC_SEND),

  /** A WRITE, with or without immediate data. */
  WRITE(Ibv.IBV_WC_RDMA_WRITE),

  /** A READ. */
  READ(Ibv.IBV_WC_RDMA_READ),

  /** A compare-and-swap. */
  COMPARE_AND_SWAP(Ibv.IBV_WC_COMP_SWAP),

  /** A fetch-and-add. */
  FETCH_AND_ADD(Ibv.IBV_WC_FETCH_ADD),

  /** A receive request that took a peer's SEND. */
  RECEIVE(Ibv.IBV_WC_RECV),

  /** A receive request that took the immediate data of a peer's WRITE. */
  RECEIVE_WRITE_WITH_IMMEDIATE(Ibv.IBV_WC_RECV_RDMA_WITH_IMM);

  private final int code;

  Opcode(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }

  private static final Opcode[] BY_CODE = new Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  static Opcode of(int code) {
    Opcode opcode = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    if (opcode == null) {
      throw new IllegalArgumentException("unknown opcode of a completion: " + code);
    }
    return opcode;
  }
}
