// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cli.common.ConnectionArguments;
import io.wisp.cli.common.Product;
import io.wisp.cli.common.Streams;
import io.wisp.cli.common.TransportChoice;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.UserError;
import io.wisp.measure.machine.CoreList;
import io.wisp.server.ServedTransports;
import io.wisp.server.StoreServer;
import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import io.wisp.transport.WriteLog;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a server until it is told to stop.
 *
 * @param cores what this process was pinned to, or null
 */
public record ServeCommand(
    ServeArguments arguments,
    TransportChoice choice,
    ConnectionArguments connection,
    @Nullable CoreList cores,
    StoreOpener opener) {

  /** It serves inside one process only, so a server for other processes leaves it out. */
  private static final String IN_PROCESS_TRANSPORT = "null";

  /**
   * Serves until {@code stop} lets go.
   *
   * @return the exit code
   */
  public int run(Streams streams, StopSignal stop) {
    ServerOptions asked = arguments.serverOptions(connection, stop);
    List<Transport> transports = transports();
    transports.forEach(each -> TransportChoice.endpoint(each, asked.endpoint()));
    requireKnownHost(asked);
    LoggedData data = arguments.data();
    ClusterMember member = asked.member();
    requireLogOfReplicas(data, member);
    if (data != null) {
      requireLogging(transports);
    }
    KeptStore kept = arguments.kept(asked.endpoint().port());
    ByteSize machine = MemorySize.ofMachine();
    MemorySize memory =
        kept == null
            ? MemorySize.choose(arguments.memory(), machine)
            : kept.memory(arguments.memory(), machine);
    PrintStream out = streams.out();
    out.println(Product.banner());
    if (cores != null) {
      out.println("cores   " + cores);
    }
    if (member != null) {
      out.println("cluster " + described(member));
      ClusterWarnings.of(member, asked.endpoint(), transports)
          .forEach(each -> streams.err().println("WARNING: " + each));
    }
    out.println("memory  " + memory.size() + " (" + memory.explanation() + ")");
    ServerOptions options = asked.withMaxClients(clients(asked, transports, out));
    // Behind a log clients read no table of a node whose slots can move.
    boolean shared = anyShares(transports) && (data == null || ServerOptions.hasAllSlots(member));
    try (Store store = open(kept, data, memory.size(), transports, shared, streams);
        WriteLog log =
            data == null ? null : data.open(store, member, asked.endpoint().host(), streams, stop);
        StoreServer server =
            StoreServer.start(store, transports, options.withWriteLog(log), streams.err())) {
      announce(server.transports(), options, streams);
      stop.await();
      stop.explain(streams.err());
      out.println("stopping: closing connections");
    } catch (TransportException e) {
      throw UserError.failure(e.getMessage());
    } catch (UncheckedIOException e) {
      if (kept == null) {
        throw e;
      }
      throw UserError.failure("what is kept could not all be written back: " + e.getMessage());
    }
    out.println("stopped");
    return stop.exitCode();
  }

  private static String described(ClusterMember member) {
    ClusterNode node = member.node();
    int without = KeySlot.COUNT - member.map().assignedSlots();
    String nobodys = without == 1 ? "; 1 slot has no node" : "; " + without + " slots have no node";
    List<ClusterNode> shard = member.map().shardOf(member.place().index());
    String slots =
        shard.getFirst().slots().stream().map(SlotRange::toString).collect(Collectors.joining(","));
    String members = shard.stream().map(ClusterNode::name).collect(Collectors.joining(", "));
    return "node %s of %s (slots %s%s)%s"
        .formatted(
            node.name(),
            member.map().nodes().size(),
            slots.isEmpty() ? "none" : slots,
            shard.size() == 1 ? "" : ", with " + members,
            without == 0 ? "" : nobodys);
  }

  /**
   * In memory that clients can map, if any may want to; without it they can ask for everything, so
   * the lack of it ends only a server that was to have nothing else, no log either.
   */
  private Store open(
      @Nullable KeptStore kept,
      @Nullable LoggedData data,
      ByteSize memory,
      List<Transport> transports,
      boolean shared,
      Streams streams) {
    if (kept != null) {
      return kept.open(memory, arguments.evict(), shared, streams.out(), streams.err());
    }
    try {
      return opener.open(memory, arguments.evict(), shared);
    } catch (UserError e) {
      if (!shared || (transports.size() == 1 && data == null)) {
        throw e;
      }
      Store store = opener.open(memory, arguments.evict(), false);
      streams.err().println("clients of shm cannot read the table themselves: " + e.getMessage());
      return store;
    }
  }

  private static int clients(ServerOptions asked, List<Transport> transports, PrintStream out) {
    int available = (int) transports.stream().filter(each -> each.unavailable().isEmpty()).count();
    ClientLimit limit = ClientLimit.choose(asked.maxClients(), available, asked.threads());
    if (!limit.explanation().isEmpty()) {
      out.println(
          "limit   %s clients at a time, for each transport (%s)"
              .formatted(limit.clients(), limit.explanation()));
    }
    return limit.clients();
  }

  private List<Transport> transports() {
    return choice
        .named()
        .map(List::of)
        .orElseGet(
            () ->
                Transports.all().stream()
                    .filter(transport -> !transport.name().equals(IN_PROCESS_TRANSPORT))
                    .toList());
  }

  /** Whether clients will want to map the store's memory into their own. */
  private static boolean anyShares(List<Transport> transports) {
    return transports.stream()
        .filter(transport -> transport.name().equals(TransportChoice.SHM))
        .anyMatch(transport -> transport.unavailable().isEmpty());
  }

  private static void requireLogOfReplicas(
      @Nullable LoggedData data, @Nullable ClusterMember member) {
    boolean hasReplicas = member != null && member.hasReplicas();
    if (member != null && hasReplicas && data == null) {
      throw UserError.usage(
          "node %s shares a log with its replicas: name a folder for it by --data"
              .formatted(member.node().name()));
    }
    if (data != null && !hasReplicas && (data.isOfNewMember() || data.joins() != null)) {
      throw UserError.usage(
          "%s is for a node of --cluster that has replicas, or is one"
              .formatted(data.isOfNewMember() ? "--new-member" : "--join"));
    }
  }

  /** A server that is asked for others alone would serve nothing. */
  private static void requireLogging(List<Transport> transports) {
    if (transports.stream().noneMatch(Transport::logsWrites)) {
      throw UserError.usage(
          "--data: %s does not log writes, and --transport names no other; %s do"
              .formatted(transports.getFirst().name(), loggingTransports()));
    }
  }

  private static String loggingTransports() {
    return Transports.all().stream()
        .filter(Transport::logsWrites)
        .map(Transport::name)
        .collect(Collectors.joining(", "));
  }

  private static void requireKnownHost(ServerOptions asked) {
    String host = asked.endpoint().host();
    ClusterMember member = asked.member();
    if (address(host).isEmpty()) {
      boolean isOfFile = member != null && member.node().host().equals(host);
      throw UserError.failure(
          (isOfFile ? "the node's host " : "--host ") + host + " is no address of any machine");
    }
  }

  private static Optional<InetAddress> address(String host) {
    try {
      return Optional.of(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static void announce(ServedTransports servers, ServerOptions options, Streams streams) {
    PrintStream out = streams.out();
    for (ServedTransports.Refused each : servers.refused()) {
      out.println("not served  " + each);
    }
    for (ServedTransports.Served each : servers.served()) {
      out.printf(
          Locale.ROOT,
          "%-7s %s (%s)%n",
          each.transport().name(),
          each.server().endpoint(),
          each.server().description());
    }
    if (servers.served().isEmpty()) {
      throw UserError.failure(
          failed(servers).isEmpty()
              ? "this machine can run none of the transports"
              : "no transport could be started: " + reasons(servers));
    }
    announceClients(servers, options.endpoint().host(), out);
    if (options.password() == null
        && address(options.endpoint().host()).filter(InetAddress::isLoopbackAddress).isEmpty()) {
      streams
          .err()
          .println(
              ("WARNING: anyone who can reach %s can read, change and delete everything here:"
                      + " set --requirepass, or listen on 127.0.0.1")
                  .formatted(options.endpoint().host()));
    }
    String failed = failed(servers);
    out.println(
        "ready%s; Ctrl-C or SIGTERM (process %s) ends it"
            .formatted(
                failed.isEmpty() ? "" : " without " + failed, ProcessHandle.current().pid()));
  }

  /** Those that should be served and are not. */
  private static String failed(ServedTransports servers) {
    return servers.refused().stream()
        .filter(ServedTransports.Refused::failed)
        .map(each -> each.transport().name())
        .collect(Collectors.joining(", "));
  }

  private static String reasons(ServedTransports servers) {
    return servers.refused().stream()
        .filter(ServedTransports.Refused::failed)
        .map(ServedTransports.Refused::toString)
        .collect(Collectors.joining("; "));
  }

  /** The ports above are not what clients name where a transport listens beside the server's. */
  private static void announceClients(ServedTransports servers, String host, PrintStream out) {
    boolean wildcard = address(host).filter(InetAddress::isAnyLocalAddress).isPresent();
    servers.served().stream()
        .map(ServedTransports.Served::transport)
        .filter(transport -> transport.portOffset() != 0)
        .findFirst()
        .ifPresent(
            transport ->
                out.println(
                    "clients ./wisp -c %s --transport %s (the port is %s for every transport)"
                        .formatted(
                            new Endpoint(wildcard ? "HOST" : host, servers.port()),
                            transport.name(),
                            servers.port())));
  }
}
