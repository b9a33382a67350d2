// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What may be done with a memory region, or by the peer of a queue pair. */
public enum AccessFlag implements Coded {
  /**
   * The device may write: needed to receive, for the result of a READ, and for the remote writing
   * kinds.
   */
  LOCAL_WRITE(Ibv.IBV_ACCESS_LOCAL_WRITE),

  /** A peer may WRITE. */
  REMOTE_WRITE(Ibv.IBV_ACCESS_REMOTE_WRITE),

  /** A peer may READ. */
  REMOTE_READ(Ibv.IBV_ACCESS_REMOTE_READ),

  /** A peer may compare and swap, and fetch and add. */
  REMOTE_ATOMIC(Ibv.IBV_ACCESS_REMOTE_ATOMIC),

  /** Pages are not locked but fetched when the device needs them, where it can. */
  ON_DEMAND(Ibv.IBV_ACCESS_ON_DEMAND),

  /** The memory is made of huge pages. */
  HUGE_PAGES(Ibv.IBV_ACCESS_HUGETLB),

  /**
   * Writes over PCI may pass each other, where the kernel knows the flag: faster, but the last byte
   * no longer arrives last.
   */
  RELAXED_ORDERING(Ibv.IBV_ACCESS_RELAXED_ORDERING);

  private final int code;

  AccessFlag(int code) {
    this.code = code;
  }

  @Override
  public int code() {
    return code;
  }

  static int mask(AccessFlag... flags) {
    int mask = 0;
    for (AccessFlag flag : flags) {
      mask |= flag.code;
    }
    return mask;
  }

  static Set<AccessFlag> of(int mask) {
    Set<AccessFlag> flags = EnumSet.allOf(AccessFlag.class);
    flags.removeIf(flag -> (mask & flag.code) == 0);
    return flags;
  }

  /** For messages: LOCAL_WRITE|REMOTE_READ, or none. */
  static String text(int mask) {
    Set<AccessFlag> flags = of(mask);
    return flags.isEmpty()
        ? "none"
        : flags.stream().map(AccessFlag::name).collect(Collectors.joining("|"));
  }
}
