// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** With what the atomic operations of a device are atomic. */
public enum AtomicCapability implements Coded {
  /** There are no atomic operations. */
  NONE(Ibv.IBV_ATOMIC_NONE),

  /** With those of the same device alone. */
  DEVICE(Ibv.IBV_ATOMIC_HCA),

  /** With those of other devices and of the processor too. */
  GLOBAL(Ibv.IBV_ATOMIC_GLOB);

  private final int code;

  AtomicCapability(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }
}
