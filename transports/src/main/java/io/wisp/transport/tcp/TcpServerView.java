// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.cluster.ClusterMember;
import io.wisp.store.Limits;
import io.wisp.store.Store;
import io.wisp.transport.GroupMembers;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.WriteLog;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.command.Configuration;
import io.wisp.transport.tcp.command.LatencyHistory;
import io.wisp.transport.tcp.command.MemoryFigures;
import io.wisp.transport.tcp.command.ServerView;
import io.wisp.transport.tcp.command.SlowLog;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the sessions of a server learn of it, and change about it. */
final class TcpServerView implements ServerView {

  private static final long MOST_CLIENTS = 4_294_967_295L;

  private final Clients clients;
  private final InfoSections sections;
  private final byte @Nullable [] password;
  private final SlowLog slowLog = new SlowLog();
  private final LatencyHistory latency = new LatencyHistory();
  private final Configuration configuration;

  TcpServerView(TcpServer server, Clients clients, Store store, TrafficRates rates) {
    this.clients = clients;
    sections = new InfoSections(server, clients, store, rates);
    String text = clients.options().password();
    password = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    configuration = configuration(server, store);
  }

  private Configuration configuration(TcpServer server, Store store) {
    ServerOptions options = clients.options();
    Configuration all = new Configuration();
    all.fixed("appendonly", () -> options.writeLog() == null ? "no" : "yes");
    all.fixed("bind", () -> options.endpoint().host());
    all.fixed("cluster-enabled", () -> options.member() == null ? "no" : "yes");
    all.fixed("databases", () -> "1");
    all.fixed("io-threads", () -> Integer.toString(options.threads()));
    all.fixed("latency-tracking", () -> "no");
    all.fixed("maxmemory", () -> Long.toString(store.statistics().capacityBytes()));
    all.fixed("maxmemory-policy", () -> InfoSections.policy(store));
    all.fixed("notify-keyspace-events", () -> "");
    all.fixed("port", () -> Integer.toString(server.endpoint().port()));
    all.fixed("proto-max-bulk-len", () -> Integer.toString(Limits.MAX_VALUE_LENGTH));
    all.fixed("replicaof", () -> "");
    all.fixed("save", () -> "");
    all.fixed("tcp-backlog", () -> Integer.toString(ServerOptions.BACKLOG));
    all.fixed("tcp-keepalive", () -> "0");
    all.fixed("timeout", () -> Long.toString(options.idleTimeout().toSeconds()));
    all.fixed("tls-port", () -> "0");
    all.number("maxclients", 1, MOST_CLIENTS, clients::most, clients::most);
    all.number(
        "slowlog-log-slower-than",
        -1,
        Long.MAX_VALUE,
        slowLog::slowerThanMicros,
        slowLog::slowerThanMicros);
    all.number("slowlog-max-len", 0, SlowLog.MOST, slowLog::maxLength, slowLog::maxLength);
    all.number(
        "latency-monitor-threshold",
        0,
        Long.MAX_VALUE,
        latency::thresholdMillis,
        latency::thresholdMillis);
    return all;
  }

  @Override
  @SuppressWarnings("ReturnsNullArray")
  public byte @Nullable [] password() {
    return password;
  }

  @Override
  public String information(Set<String> wanted) {
    return sections.text(wanted);
  }

  @Override
  public MemoryFigures memory() {
    return sections.memory();
  }

  @Override
  public void resetStatistics() {
    sections.resetStatistics();
  }

  @Override
  public Configuration configuration() {
    return configuration;
  }

  @Override
  public Stream<ClientState> clients() {
    return clients.listed().filter(client -> !client.isEnded());
  }

  @Override
  public long startedAtMillis() {
    return sections.startedAtMillis();
  }

  @Override
  public int second() {
    return clients.secondHand().second();
  }

  @Override
  public @Nullable ClusterMember member() {
    return clients.options().member();
  }

  @Override
  public @Nullable GroupMembers members() {
    WriteLog log = clients.options().writeLog();
    return log == null ? null : log.members();
  }

  @Override
  public SlowLog slowLog() {
    return slowLog;
  }

  @Override
  public LatencyHistory latency() {
    return latency;
  }
}
