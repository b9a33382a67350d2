// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_PORT_ATTR;
import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a port is like now.
 *
 * @param number of the port, from 1
 * @param state whether it carries traffic
 * @param maxMtu the largest that it supports
 * @param activeMtu the largest that its link carries
 * @param gidTableLength how many places for GIDs it has; most may be empty
 * @param pkeyTableLength how many places for partition keys it has
 * @param maxMessageBytes the longest message, unsigned
 * @param lid its local identifier on InfiniBand; 0 on Ethernet
 * @param linkLayer what lies below
 */
public record PortAttributes(
    int number,
    PortState state,
    Mtu maxMtu,
    Mtu activeMtu,
    int gidTableLength,
    int pkeyTableLength,
    int maxMessageBytes,
    int lid,
    LinkLayer linkLayer) {

  static PortAttributes read(int number, MemorySegment memory) {
    return new PortAttributes(
        number,
        Coded.find(PortState.values(), number(memory, "state"), "state of a port"),
        Mtu.of(number(memory, "max_mtu")),
        Mtu.of(number(memory, "active_mtu")),
        number(memory, "gid_tbl_len"),
        shortNumber(memory, "pkey_tbl_len"),
        number(memory, "max_msg_sz"),
        shortNumber(memory, "lid"),
        Coded.find(
            LinkLayer.values(),
            memory.get(ValueLayout.JAVA_BYTE, offset(IBV_PORT_ATTR, "link_layer")),
            "link layer"));
  }

  private static int number(MemorySegment memory, String member) {
    return memory.get(ValueLayout.JAVA_INT, offset(IBV_PORT_ATTR, member));
  }

  private static int shortNumber(MemorySegment memory, String member) {
    return Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT, offset(IBV_PORT_ATTR, member)));
  }

  /** Whether it carries traffic. */
  public boolean isActive() {
    return state == PortState.ACTIVE;
  }
}
