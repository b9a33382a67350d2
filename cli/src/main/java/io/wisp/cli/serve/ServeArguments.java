// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cli.common.ConnectionArguments;
import io.wisp.cli.common.Password;
import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.Range;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the server. */
public final class ServeArguments {

  private static final Range PORTS = new Range(0, 65_535);
  private static final Range THREADS = new Range(1, 1024);
  private static final Range CLIENTS = new Range(1, 1_000_000);
  private static final Duration LONGEST_IDLE = Duration.ofDays(1);

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "Address to listen on; 127.0.0.1 unless given, 0.0.0.0 for every network of the machine.")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "Port of tcp, 0 for any free one; the other transports listen just above it. "
              + Endpoint.DEFAULT_PORT
              + " unless given.")
  private @Nullable Integer port;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "Memory for keys and values, as 512m or 4g; a quarter of the machine's unless given.")
  private @Nullable ByteSize memory;

  @Option(
      names = "--keep",
      paramLabel = "[PATH]",
      arity = "0..1",
      fallbackValue = "",
      description =
          "Keep what is stored when the server ends or is killed, for the next one that is started"
              + " alike: in /dev/shm, where it outlives the process but not the machine, or in the"
              + " file PATH, where on a disk it outlives the machine after an orderly end of the"
              + " server. The file stays until it is removed.")
  private @Nullable String keep;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Log each write in this folder before it is acknowledged, so that it outlives the process and"
              + " the machine; the next server with the folder goes on with it. With replicas"
              + " (--cluster), a majority of them has it before. By tcp, shm and rdma, with one-sided"
              + " gets by leases; not by zmq, nor with --evict or --keep.")
  private @Nullable String data;

  @Option(
      names = "--new-member",
      description =
          "Make the folder of --data, at the first start of a node that has replicas or is one. Left"
              + " out later: a node whose folder is lost must not begin anew under its name.")
  private boolean newMember;

  @Option(
      names = "--join",
      paramLabel = "GROUP",
      description =
          "Make the folder of --data for a node that comes to replicas which run, or comes back without"
              + " the folder that it had; ./wisp cluster status says GROUP, and ./wisp cluster add or"
              + " replace makes it a member. Left out at later starts.")
  private @Nullable String join;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that serve, for each transport; half the cores unless given.")
  private @Nullable Integer threads;

  @Option(
      names = "--evict",
      description =
          "When memory is full, remove what was not used lately; else a put is refused then.")
  private boolean evict;

  @Option(
      names = "--max-clients",
      paramLabel = "N",
      defaultValue = "" + ServerOptions.DEFAULT_MAX_CLIENTS,
      description =
          "Connections at a time, for each transport; ${DEFAULT-VALUE} unless given, fewer if the"
              + " process may not open so many files (ulimit -n). Beside --memory, one takes 528"
              + " KiB of /dev/shm by shm and 512 KiB by rdma.")
  private int maxClients;

  @Option(
      names = "--requirepass",
      paramLabel = "PASSWORD",
      description =
          "What a client must present first. The environment's WISP_PASSWORD says it without"
              + " showing it to other users of the machine.")
  private @Nullable String requiredPassword;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      defaultValue = "0",
      description = "Close a connection that sends nothing for so long, as 5m; 0 is never.")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--cluster",
      paramLabel = "FILE",
      description =
          "Serve as one node of a cluster: this JSON file names its nodes, the slots of each, and its"
              + " replicas if it has any; those need --data.")
  private @Nullable Path clusterFile;

  @Option(
      names = "--cluster-node",
      paramLabel = "NAME",
      description =
          "Which node of the file this is, and so where it listens unless --host and --port say it;"
              + " the one at --host and --port unless given.")
  private @Nullable String clusterNode;

  /**
   * What the user asked for, once all of it is known to be possible.
   *
   * @param onThreadLost is told of threads that servers lose
   */
  ServerOptions serverOptions(
      ConnectionArguments connection, UncaughtExceptionHandler onThreadLost) {
    if (host != null && host.isBlank()) {
      throw UserError.usage("--host is empty");
    }
    String password = Password.of(requiredPassword);
    if (password != null && password.isEmpty()) {
      throw UserError.usage("--requirepass is empty");
    }
    if (idleTimeout.compareTo(LONGEST_IDLE) > 0) {
      throw UserError.usage("--idle-timeout " + idleTimeout.toHours() + "h is more than 24h");
    }
    if (port != null) {
      PORTS.check("--port", port);
    }
    ClusterChoice cluster = cluster();
    return new ServerOptions(
        cluster == null ? endpoint() : cluster.endpoint(),
        THREADS.check("--threads", threads == null ? halfTheCores() : threads),
        CLIENTS.check("--max-clients", maxClients),
        idleTimeout,
        password,
        connection.waiting(),
        connection.device(),
        connection.ackTimeout(),
        cluster == null ? null : cluster.member(),
        null,
        null,
        onThreadLost);
  }

  private Endpoint endpoint() {
    return new Endpoint(
        host == null ? Endpoint.LOOPBACK : host, port == null ? Endpoint.DEFAULT_PORT : port);
  }

  private @Nullable ClusterChoice cluster() {
    if (clusterFile == null) {
      if (clusterNode != null) {
        throw UserError.usage("--cluster-node names a node of --cluster FILE, which is not given");
      }
      return null;
    }
    return ClusterChoice.of(clusterFile, clusterNode, host, port);
  }

  /** Of those that this process may use, once it is pinned. */
  private static int halfTheCores() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  @Nullable ByteSize memory() {
    return memory;
  }

  /** Where the store of a server at a port is kept, or null if it ends with the server. */
  @Nullable KeptStore kept(int port) {
    return keep == null ? null : KeptStore.named(keep, port);
  }

  /** Where writes are logged, or null if they are not. */
  @Nullable LoggedData data() {
    if (data == null) {
      if (newMember) {
        throw UserError.usage("--new-member makes the folder of --data, which is not given");
      }
      if (join != null) {
        throw UserError.usage("--join makes the folder of --data, which is not given");
      }
      return null;
    }
    if (evict) {
      throw UserError.usage("--data loses nothing, and --evict would: leave one of them out");
    }
    if (keep != null) {
      throw UserError.usage("--data and --keep are two ways to last: leave one of them out");
    }
    return LoggedData.named(data, newMember, joins());
  }

  /** The group that the server comes to later, or null. */
  private @Nullable UUID joins() {
    if (join == null) {
      return null;
    }
    if (newMember) {
      throw UserError.usage(
          "--new-member begins with the others, and --join comes to them later: leave one of them"
              + " out");
    }
    try {
      return UUID.fromString(join);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(
          "--join %s is no group: ./wisp cluster status of a member says which one it is"
              .formatted(join));
    }
  }

  boolean evict() {
    return evict;
  }
}
