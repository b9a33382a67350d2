// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Structure;

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

  static PortAttributes read(int number, Structure port) {
    return new PortAttributes(
        number,
        Coded.findOfDevice(PortState.values(), port.number("state"), "state of a port"),
        Mtu.ofPort(port.number("max_mtu")),
        Mtu.ofPort(port.number("active_mtu")),
        port.number("gid_tbl_len"),
        port.number("pkey_tbl_len"),
        port.number("max_msg_sz"),
        port.number("lid"),
        Coded.findOfDevice(LinkLayer.values(), port.number("link_layer"), "link layer"));
  }

  /** Whether it carries traffic. */
  public boolean isActive() {
    return state == PortState.ACTIVE;
  }
}
