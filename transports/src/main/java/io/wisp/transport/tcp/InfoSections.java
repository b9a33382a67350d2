// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.tcp.command.ServerCommands;
import io.wisp.transport.tcp.command.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What INFO, CONFIG GET and CLIENT LIST tell of a server. */
final class InfoSections implements ServerView {

  private final Server server;
  private final Clients clients;
  private final Store store;
  private final byte @Nullable [] password;
  private final long startedAtMillis = System.currentTimeMillis();

  InfoSections(Server server, Clients clients, Store store) {
    this.server = server;
    this.clients = clients;
    this.store = store;
    String text = clients.options().password();
    password = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  @SuppressWarnings("ReturnsNullArray")
  public byte @Nullable [] password() {
    return password;
  }

  @Override
  public Stream<String> clients() {
    return clients.lines();
  }

  @Override
  public Map<String, String> configuration() {
    ServerOptions options = clients.options();
    Map<String, String> configuration = new TreeMap<>();
    configuration.put("appendonly", "no");
    configuration.put("bind", options.endpoint().host());
    configuration.put("databases", "1");
    configuration.put("io-threads", Integer.toString(options.threads()));
    configuration.put("maxclients", Integer.toString(options.maxClients()));
    configuration.put("maxmemory", Long.toString(store.statistics().capacityBytes()));
    configuration.put("port", Integer.toString(server.endpoint().port()));
    configuration.put("save", "");
    configuration.put("timeout", Long.toString(options.idleTimeout().toSeconds()));
    return configuration;
  }

  @Override
  public String information(Set<String> sections) {
    StringBuilder text = new StringBuilder();
    append(text, sections, "Server", serverSection());
    append(text, sections, "Clients", clientsSection());
    append(text, sections, "Memory", memorySection());
    append(text, sections, "Stats", statisticsSection());
    append(text, sections, "Keyspace", keyspaceSection());
    return text.toString();
  }

  private static void append(
      StringBuilder text, Set<String> wanted, String section, Map<String, Object> lines) {
    if (!wanted.isEmpty() && !wanted.contains(section.toLowerCase(Locale.ROOT))) {
      return;
    }
    if (!text.isEmpty()) {
      text.append("\r\n");
    }
    text.append("# ").append(section).append("\r\n");
    lines.forEach((name, value) -> text.append(name).append(':').append(value).append("\r\n"));
  }

  private Map<String, Object> serverSection() {
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("server_name", "wisp");
    lines.put("redis_version", ServerCommands.COMPATIBLE_VERSION);
    lines.put("redis_mode", "standalone");
    lines.put("description", server.description());
    lines.put("process_id", ProcessHandle.current().pid());
    lines.put("java_version", Runtime.version());
    lines.put("tcp_port", server.endpoint().port());
    lines.put("uptime_in_seconds", (System.currentTimeMillis() - startedAtMillis) / 1000);
    lines.put("io_threads", clients.options().threads());
    return lines;
  }

  private Map<String, Object> clientsSection() {
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("connected_clients", clients.connected());
    lines.put("maxclients", clients.options().maxClients());
    return lines;
  }

  private Map<String, Object> memorySection() {
    StoreStatistics statistics = store.statistics();
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("maxmemory", statistics.capacityBytes());
    lines.put("used_memory", statistics.indexBytes() + statistics.recordBytes());
    lines.put("index_bytes", statistics.indexBytes());
    lines.put("record_bytes", statistics.recordBytes());
    lines.put("free_bytes", statistics.freeBytes());
    lines.put("connection_buffer_bytes", clients.budget().used());
    return lines;
  }

  private Map<String, Object> statisticsSection() {
    ServerStatistics served = server.statistics();
    StoreStatistics stored = store.statistics();
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("total_connections_received", served.accepted());
    lines.put("rejected_connections", served.rejected());
    lines.put("total_commands_processed", served.requests());
    lines.put("malformed_requests", served.malformed());
    lines.put("expired_keys", stored.expired());
    lines.put("evicted_keys", stored.evicted());
    lines.put("index_load_factor", String.format(Locale.ROOT, "%.3f", stored.loadFactor()));
    lines.put("index_displacements", stored.displacements());
    lines.put("index_growths", stored.growths());
    lines.put("record_relocations", stored.relocations());
    return lines;
  }

  private Map<String, Object> keyspaceSection() {
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("db0", "keys=" + store.size());
    return lines;
  }
}
