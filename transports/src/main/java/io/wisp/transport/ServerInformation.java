// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.MapLines;
import io.wisp.store.StoreStatistics;
import org.jspecify.annotations.Nullable;

/** What a server says of itself to whoever asks, as lines of {@code name:value}. */
public final class ServerInformation {

  private ServerInformation() {}

  /**
   * The lines of a server that serves by a transport.
   *
   * @param member the node of a cluster that it is, or null
   */
  public static String of(
      Transport transport,
      ServerStatistics server,
      StoreStatistics store,
      @Nullable ClusterMember member) {
    StringBuilder lines = new StringBuilder();
    line(lines, "transport", transport.name());
    line(lines, "connections", server.connections());
    line(lines, "accepted", server.accepted());
    line(lines, "rejected", server.rejected());
    line(lines, "requests", server.requests());
    line(lines, "malformed", server.malformed());
    line(lines, "entries", store.entries());
    line(lines, "capacity_bytes", store.capacityBytes());
    line(lines, "index_bytes", store.indexBytes());
    line(lines, "record_bytes", store.recordBytes());
    line(lines, "free_bytes", store.freeBytes());
    line(lines, "load_factor", store.loadFactor());
    line(lines, "displacements", store.displacements());
    line(lines, "growths", store.growths());
    line(lines, "relocations", store.relocations());
    line(lines, "expired", store.expired());
    line(lines, "evicted", store.evicted());
    if (member != null) {
      MapLines.of(member).forEach((name, value) -> line(lines, name, value));
    }
    return lines.toString();
  }

  private static void line(StringBuilder lines, String name, Object value) {
    lines.append(name).append(':').append(value).append('\n');
  }
}
