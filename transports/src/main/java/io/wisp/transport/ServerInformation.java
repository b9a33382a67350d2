// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.MapText;
import io.wisp.store.StoreStatistics;
import org.jspecify.annotations.Nullable;

/** What a server says of itself to whoever asks, as lines of {@code name:value}. */
public final class ServerInformation {

  private static final String LINE_END = "\n";

  private ServerInformation() {}

  /** The map of a server's node, as {@link #of} tells it; null if the server is in no cluster. */
  public static @Nullable MapText mapOf(ServerOptions options) {
    ClusterMember member = options.member();
    return member == null ? null : new MapText(member, LINE_END);
  }

  /**
   * The lines of a server that serves by a transport.
   *
   * @param map as {@link #mapOf} makes it, once for the server
   */
  public static String of(
      Transport transport, ServerStatistics server, StoreStatistics store, @Nullable MapText map) {
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
    if (map != null) {
      lines.append(map.now());
    }
    return lines.toString();
  }

  private static void line(StringBuilder lines, String name, Object value) {
    lines.append(name).append(':').append(value).append(LINE_END);
  }
}
