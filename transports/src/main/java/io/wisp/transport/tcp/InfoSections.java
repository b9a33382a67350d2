// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.MapText;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.transport.WriteLog;
import io.wisp.transport.tcp.TrafficRates.Rate;
import io.wisp.transport.tcp.command.MemoryFigures;
import io.wisp.transport.tcp.command.ServerCommands;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What INFO tells of a server, under Redis' names where Redis has the figure. What is not known is
 * left out.
 */
final class InfoSections {

  private static final String LINE_END = "\r\n";
  private static final int RUN_ID_BYTES = 20;
  private static final Set<String> ALL = Set.of("all", "everything");

  /** What Redis does not have. Readers that make a metric of each line ask for all but this. */
  private static final String MAP = "wisp_cluster";

  private static final String UNITS = "KMGTP";

  private final TcpServer server;
  private final Clients clients;
  private final Store store;
  private final TrafficRates rates;

  /** Null if the server is in no cluster. */
  private final @Nullable MapText map;

  private final long startedAtMillis = System.currentTimeMillis();
  private final String runId = runId();

  /** What the machine had when the server started, as Redis tells it. */
  private final OptionalLong machineBytes = ProcessFigures.machineBytes();

  /** The most used memory that anybody was told of. */
  private final AtomicLong mostUsed = new AtomicLong();

  private volatile Baseline baseline = new Baseline(Totals.NONE, CommandTotals.NONE, 0, 0);

  /** What counters of CONFIG RESETSTAT had come to when it was called. */
  private record Baseline(Totals totals, CommandTotals commands, long expired, long evicted) {}

  InfoSections(TcpServer server, Clients clients, Store store, TrafficRates rates) {
    this.server = server;
    this.clients = clients;
    this.store = store;
    this.rates = rates;
    ClusterMember member = clients.options().member();
    map = member == null ? null : new MapText(member, LINE_END);
  }

  private static String runId() {
    byte[] random = new byte[RUN_ID_BYTES];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Counts from 0 again what CONFIG RESETSTAT resets. */
  void resetStatistics() {
    StoreStatistics stored = store.statistics();
    baseline =
        new Baseline(server.totals(), server.commandTotals(), stored.expired(), stored.evicted());
  }

  /** When the server started. */
  long startedAtMillis() {
    return startedAtMillis;
  }

  /**
   * Lines of {@code name:value} under headings.
   *
   * @param wanted as {@link io.wisp.transport.tcp.command.ServerView#information} has them
   */
  String text(Set<String> wanted) {
    Baseline since = baseline;
    // What sections have in common is taken when the first of them is told.
    ProcessFigures process = new ProcessFigures();
    Supplier<StoreStatistics> stored = new Once<>(store::statistics);
    Supplier<CommandTotals> commands =
        new Once<>(() -> server.commandTotals().since(since.commands()));
    StringBuilder text = new StringBuilder();
    append(text, wanted, "Server", this::serverSection);
    append(text, wanted, "Clients", this::clientsSection);
    append(text, wanted, "Memory", () -> memorySection(stored.get(), process));
    append(text, wanted, "Persistence", this::persistenceSection);
    append(text, wanted, "Stats", () -> statisticsSection(stored.get(), since, commands.get()));
    append(text, wanted, "Replication", this::replicationSection);
    append(text, wanted, "CPU", () -> processorSection(process));
    append(text, wanted, "Commandstats", () -> commandsSection(commands.get()));
    append(text, wanted, "Errorstats", () -> errorsSection(commands.get()));
    append(text, wanted, "Cluster", this::clusterSection);
    append(text, wanted, "Keyspace", () -> keyspaceSection(stored.get()));
    if (map != null && begins(text, wanted, "Wisp_cluster")) {
      text.append(map.now());
    }
    return text.toString();
  }

  private static void append(
      StringBuilder text, Set<String> wanted, String section, Supplier<Map<String, Object>> lines) {
    if (begins(text, wanted, section)) {
      lines
          .get()
          .forEach((name, value) -> text.append(name).append(':').append(value).append(LINE_END));
    }
  }

  /** Appends the heading of a section if it is wanted; the answer is whether it is. */
  private static boolean begins(StringBuilder text, Set<String> wanted, String section) {
    if (!isWanted(wanted, section.toLowerCase(Locale.ROOT))) {
      return false;
    }
    if (!text.isEmpty()) {
      text.append(LINE_END);
    }
    text.append("# ").append(section).append(LINE_END);
    return true;
  }

  private static boolean isWanted(Set<String> wanted, String section) {
    if (section.equals(MAP)) {
      return wanted.contains(section) || wanted.contains("everything");
    }
    if (wanted.contains(section) || !Collections.disjoint(wanted, ALL)) {
      return true;
    }
    boolean wantsDefault = wanted.isEmpty() || wanted.contains("default");
    return wantsDefault && !section.equals("commandstats");
  }

  private Map<String, Object> serverSection() {
    long nowMillis = System.currentTimeMillis();
    long uptimeSeconds = (nowMillis - startedAtMillis) / 1000;
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("server_name", "wisp");
    lines.put("redis_version", ServerCommands.COMPATIBLE_VERSION);
    lines.put("redis_mode", clients.options().member() == null ? "standalone" : "cluster");
    lines.put("description", server.description());
    lines.put("os", property("os.name") + " " + property("os.version") + " " + property("os.arch"));
    lines.put("arch_bits", ValueLayout.ADDRESS.byteSize() * Byte.SIZE);
    lines.put("process_id", ProcessHandle.current().pid());
    lines.put("run_id", runId);
    lines.put("java_version", Runtime.version());
    lines.put("tcp_port", server.endpoint().port());
    lines.put("server_time_usec", nowMillis * 1000);
    lines.put("uptime_in_seconds", uptimeSeconds);
    lines.put("uptime_in_days", uptimeSeconds / (24 * 3600));
    lines.put("io_threads", clients.options().threads());
    return lines;
  }

  private static String property(String name) {
    return String.valueOf(System.getProperty(name));
  }

  private Map<String, Object> clientsSection() {
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("connected_clients", clients.connected());
    lines.put("cluster_connections", 0);
    lines.put("maxclients", clients.most());
    lines.put("blocked_clients", 0);
    lines.put("tracking_clients", 0);
    lines.put("clients_in_timeout_table", 0);
    return lines;
  }

  /** What there is to know of the server's memory now. */
  MemoryFigures memory() {
    return memory(store.statistics(), new ProcessFigures());
  }

  private MemoryFigures memory(StoreStatistics stored, ProcessFigures process) {
    return MemoryFigures.of(stored, mostUsed, process.residentBytes());
  }

  private Map<String, Object> memorySection(StoreStatistics stored, ProcessFigures process) {
    MemoryFigures memory = memory(stored, process);
    OptionalLong resident = memory.resident();
    long used = memory.used();
    Map<String, Object> lines = new LinkedHashMap<>();
    putBytes(lines, "used_memory", used);
    resident.ifPresent(bytes -> putBytes(lines, "used_memory_rss", bytes));
    putBytes(lines, "used_memory_peak", memory.peak());
    if (memory.peak() > 0) {
      lines.put("used_memory_peak_perc", decimal("%.2f%%", 100.0 * used / memory.peak()));
    }
    lines.put("used_memory_overhead", stored.indexBytes());
    lines.put("used_memory_dataset", stored.recordBytes());
    machineBytes.ifPresent(bytes -> putBytes(lines, "total_system_memory", bytes));
    putBytes(lines, "maxmemory", stored.capacityBytes());
    lines.put("maxmemory_policy", policy(store));
    if (resident.isPresent() && used > 0) {
      lines.put("mem_fragmentation_ratio", decimal("%.2f", (double) resident.getAsLong() / used));
      lines.put("mem_fragmentation_bytes", resident.getAsLong() - used);
    }
    lines.put("index_bytes", stored.indexBytes());
    lines.put("record_bytes", stored.recordBytes());
    lines.put("free_bytes", stored.freeBytes());
    lines.put("connection_buffer_bytes", clients.budget().used());
    return lines;
  }

  private static void putBytes(Map<String, Object> lines, String name, long bytes) {
    lines.put(name, bytes);
    lines.put(name + "_human", human(bytes));
  }

  /** Bytes as Redis tells them to people: 1,536 are {@code 1.50K}. */
  private static String human(long bytes) {
    if (bytes < 1024) {
      return bytes + "B";
    }
    int unit = (Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes)) / 10;
    unit = Math.min(unit, UNITS.length());
    return decimal("%.2f", bytes / (double) (1L << (10 * unit))) + UNITS.charAt(unit - 1);
  }

  /** What happens when there is no memory for a write: Redis' name for what comes nearest. */
  static String policy(Store store) {
    return store.wantsReads() ? "allkeys-lru" : "noeviction";
  }

  private Map<String, Object> persistenceSection() {
    WriteLog log = clients.options().writeLog();
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("loading", 0);
    lines.put("async_loading", 0);
    lines.put("rdb_bgsave_in_progress", 0);
    lines.put("aof_enabled", log == null ? 0 : 1);
    lines.put("aof_rewrite_in_progress", 0);
    if (log != null) {
      lines.put("aof_last_write_status", log.failure() == null ? "ok" : "err");
    }
    return lines;
  }

  private Map<String, Object> statisticsSection(
      StoreStatistics stored, Baseline since, CommandTotals commands) {
    Totals served = server.totals().since(since.totals());
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("total_connections_received", served.accepted());
    lines.put("total_commands_processed", served.requests());
    Rate rate = rates.last();
    if (rate != null) {
      lines.put("instantaneous_ops_per_sec", Math.round(rate.requests()));
    }
    lines.put("total_net_input_bytes", served.received());
    lines.put("total_net_output_bytes", served.sent());
    if (rate != null) {
      lines.put("instantaneous_input_kbps", decimal("%.2f", rate.received()));
      lines.put("instantaneous_output_kbps", decimal("%.2f", rate.sent()));
    }
    lines.put("rejected_connections", served.rejected());
    lines.put("malformed_requests", served.malformed());
    lines.put("total_error_replies", commands.allErrors());
    lines.put("expired_keys", stored.expired() - since.expired());
    lines.put("evicted_keys", stored.evicted() - since.evicted());
    lines.put("keyspace_hits", served.hits());
    lines.put("keyspace_misses", served.misses());
    lines.put("pubsub_channels", 0);
    lines.put("pubsub_patterns", 0);
    lines.put("index_load_factor", decimal("%.3f", stored.loadFactor()));
    lines.put("index_displacements", stored.displacements());
    lines.put("index_growths", stored.growths());
    lines.put("record_relocations", stored.relocations());
    return lines;
  }

  private static String decimal(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }

  private Map<String, Object> replicationSection() {
    ClusterMember member = clients.options().member();
    ClusterMember.Place place = member == null ? null : member.place();
    Map<String, Object> lines = new LinkedHashMap<>();
    if (place != null && !place.leads()) {
      lines.put("role", "slave");
      lines.put("master_host", place.master().host());
      lines.put("master_port", place.master().port());
      lines.put("master_link_status", place.settled() ? "up" : "down");
    } else {
      lines.put("role", "master");
    }
    lines.put("connected_slaves", 0);
    lines.put("master_failover_state", "no-failover");
    lines.put("master_repl_offset", 0);
    lines.put("repl_backlog_active", 0);
    return lines;
  }

  private static Map<String, Object> processorSection(ProcessFigures figures) {
    Map<String, Object> lines = new LinkedHashMap<>();
    figures
        .systemSeconds()
        .ifPresent(seconds -> lines.put("used_cpu_sys", decimal("%.6f", seconds)));
    figures
        .userSeconds()
        .ifPresent(seconds -> lines.put("used_cpu_user", decimal("%.6f", seconds)));
    return lines;
  }

  /**
   * Times are not a number, for a clock is not read for every command. They have their places all
   * the same, because readers such as redis_exporter go by these.
   */
  private static Map<String, Object> commandsSection(CommandTotals totals) {
    Map<String, Object> lines = new LinkedHashMap<>();
    totals
        .commands()
        .forEach(
            (name, calls) ->
                lines.put(
                    "cmdstat_" + name,
                    ("calls=" + calls.calls())
                        + ",usec=nan,usec_per_call=nan"
                        + (",rejected_calls=" + calls.rejected())
                        + (",failed_calls=" + calls.failed())));
    return lines;
  }

  private static Map<String, Object> errorsSection(CommandTotals totals) {
    Map<String, Object> lines = new LinkedHashMap<>();
    totals.errors().forEach((code, count) -> lines.put("errorstat_" + code, "count=" + count));
    return lines;
  }

  private Map<String, Object> clusterSection() {
    return Map.of("cluster_enabled", map == null ? 0 : 1);
  }

  /** As in Redis, a database without keys has no line. */
  private static Map<String, Object> keyspaceSection(StoreStatistics stored) {
    if (stored.entries() == 0) {
      return Map.of();
    }
    String keys = "keys=" + stored.entries() + ",expires=" + Math.max(0, stored.expiring());
    return Map.of("db0", keys + ",avg_ttl=" + stored.averageTimeToLive());
  }
}
