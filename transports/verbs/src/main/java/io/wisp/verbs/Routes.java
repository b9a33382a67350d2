// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_AH_ATTR;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.Structure;

/** Writes the way to a peer into {@code struct ibv_ah_attr}. */
final class Routes {

  private Routes() {}

  /**
   * Writes a route.
   *
   * @param route all zero
   */
  static void write(
      Structure route, LocalPort local, QueuePairAddress remote, ConnectionOptions options) {
    if (local.gid() != null) {
      if (remote.gid().equals(Gid.NONE)) {
        throw new IllegalArgumentException(
            "the peer is addressed by LID alone, and this side by GID: choose ports alike");
      }
      remote.gid().write(route.memory(), offset(IBV_AH_ATTR, "grh", "dgid"));
      route.set(options.flowLabel(), "grh", "flow_label");
      route.set(local.gid().index(), "grh", "sgid_index");
      route.set(options.hopLimit(), "grh", "hop_limit");
      route.set(options.trafficClass(), "grh", "traffic_class");
      route.set(1, "is_global");
    } else if (remote.lid() == 0) {
      throw new IllegalArgumentException(
          "the peer has no LID, and this side is addressed by LID alone: choose ports alike");
    }
    route.set(remote.lid(), "dlid");
    route.set(options.serviceLevel(), "sl");
    route.set(local.number(), "port_num");
  }
}
