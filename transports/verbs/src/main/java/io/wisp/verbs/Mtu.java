// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** The largest payload of a packet. */
public enum Mtu implements Coded {
  MTU_256(Ibv.IBV_MTU_256),
  MTU_512(Ibv.IBV_MTU_512),
  MTU_1024(Ibv.IBV_MTU_1024),
  MTU_2048(Ibv.IBV_MTU_2048),
  MTU_4096(Ibv.IBV_MTU_4096);

  private final int code;

  Mtu(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }

  /** The length in bytes. */
  public int bytes() {
    return 128 << code;
  }

  /** The smaller of two, which is what both ends of a connection have to use. */
  public static Mtu min(Mtu a, Mtu b) {
    return a.code <= b.code ? a : b;
  }

  static Mtu of(int code) {
    return Coded.find(values(), code, "MTU");
  }

  /** That of a port; the smallest for 0, which drivers tell where there is no link. */
  static Mtu ofPort(int code) {
    return code == 0 ? MTU_256 : Coded.findOfDevice(values(), code, "MTU");
  }
}
