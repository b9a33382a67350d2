// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_AH_ATTR;
import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes the way to a peer into {@code struct ibv_ah_attr}. */
final class Routes {

  private Routes() {}

  /**
   * Writes a route.
   *
   * @param memory all zero at that place
   * @param at where the structure begins
   */
  static void write(
      MemorySegment memory,
      long at,
      LocalPort local,
      QueuePairAddress remote,
      ConnectionOptions options) {
    if (local.gid() != null) {
      if (remote.gid().equals(Gid.NONE)) {
        throw new IllegalArgumentException(
            "the peer is addressed by LID alone, and this side by GID: choose ports alike");
      }
      remote.gid().write(memory, at + offset(IBV_AH_ATTR, "grh", "dgid"));
      memory.set(
          ValueLayout.JAVA_INT, at + offset(IBV_AH_ATTR, "grh", "flow_label"), options.flowLabel());
      set(memory, at + offset(IBV_AH_ATTR, "grh", "sgid_index"), local.gid().index());
      set(memory, at + offset(IBV_AH_ATTR, "grh", "hop_limit"), options.hopLimit());
      set(memory, at + offset(IBV_AH_ATTR, "grh", "traffic_class"), options.trafficClass());
      set(memory, at + offset(IBV_AH_ATTR, "is_global"), 1);
    } else if (remote.lid() == 0) {
      throw new IllegalArgumentException(
          "the peer has no LID, and this side is addressed by LID alone: choose ports alike");
    }
    memory.set(ValueLayout.JAVA_SHORT, at + offset(IBV_AH_ATTR, "dlid"), (short) remote.lid());
    set(memory, at + offset(IBV_AH_ATTR, "sl"), options.serviceLevel());
    set(memory, at + offset(IBV_AH_ATTR, "port_num"), local.number());
  }

  private static void set(MemorySegment memory, long at, int value) {
    memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
  }
}
