// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.ClusterMember;
import io.wisp.store.Store;
import java.lang.System.Logger.Level;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to serve. The defaults suit a server on the machine of its clients. What a transport has no
 * use for it ignores.
 *
 * @param endpoint where to listen: loopback and the default port unless told otherwise
 * @param threads threads that serve requests, 1 or more
 * @param maxClients connections at a time; one more is refused with an error
 * @param idleTimeout a connection without a request for so long is closed; zero means never
 * @param password what a client must present before anything else; null means nothing
 * @param waiting how the threads wait for requests
 * @param device the RDMA device, {@code NAME[:PORT[:GID_INDEX]]}; null chooses one
 * @param ackTimeout how long an RDMA device waits for an acknowledgement before it sends again, at
 *     least; null leaves it to the transport
 * @param member the node of a cluster that the server is, which serves its own slots alone; null
 *     serves all keys
 * @param writeLog where writes go before they happen; null lets them happen at once. Only a
 *     transport that {@link Transport#logsWrites logs writes} serves with one
 * @param turns at the log, of all servers of the process that share it; null where one server alone
 *     writes to it
 * @param onThreadLost is told, in any thread, when a thread that the server cannot do without has
 *     ended by a failure: which, and of what. Nobody need be served any more; the owner closes the
 *     server. What is called may find no memory left.
 */
public record ServerOptions(
    Endpoint endpoint,
    int threads,
    int maxClients,
    Duration idleTimeout,
    @Nullable String password,
    Waiting waiting,
    @Nullable String device,
    @Nullable Duration ackTimeout,
    @Nullable ClusterMember member,
    @Nullable WriteLog writeLog,
    @Nullable CommitToken turns,
    UncaughtExceptionHandler onThreadLost) {

  public static final int DEFAULT_MAX_CLIENTS = 10_000;

  /**
   * Clients that may wait to be accepted by a server that listens on a socket; the kernel may allow
   * fewer ({@code net.core.somaxconn}). Without a number Java takes 50, and a Unix domain socket
   * refuses one more where TCP only makes it wait.
   */
  public static final int BACKLOG = 1_024;

  private static final Log LOG = Log.of(ServerOptions.class);

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public ServerOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads=" + threads + ", and 1 is the least");
    }
    if (maxClients < 1) {
      throw new IllegalArgumentException("maxClients=" + maxClients + ", and 1 is the least");
    }
    if (idleTimeout.isNegative()) {
      throw new IllegalArgumentException("idleTimeout=" + idleTimeout + " is negative");
    }
  }

  /**
   * Loopback and the default port, a thread, no password, no idle timeout, spinning before
   * sleeping; a lost thread is logged.
   */
  public static ServerOptions defaults() {
    return at(new Endpoint(Endpoint.LOOPBACK, Endpoint.DEFAULT_PORT));
  }

  /** The defaults at another endpoint. */
  public static ServerOptions at(Endpoint endpoint) {
    return new ServerOptions(
        endpoint,
        1,
        DEFAULT_MAX_CLIENTS,
        Duration.ZERO,
        null,
        Waiting.SPIN,
        null,
        null,
        null,
        null,
        null,
        (thread, cause) ->
            LOG.log(Level.ERROR, "a server lost its thread " + thread.getName(), cause));
  }

  /** Whether the threads poll for requests without ever sleeping. */
  public boolean busyPoll() {
    return waiting == Waiting.POLL;
  }

  /** These, with another endpoint. */
  public ServerOptions withEndpoint(Endpoint endpoint) {
    return with(draft -> draft.endpoint = endpoint);
  }

  /** These, with another number of threads. */
  public ServerOptions withThreads(int threads) {
    return with(draft -> draft.threads = threads);
  }

  /** These, with another limit of clients. */
  public ServerOptions withMaxClients(int maxClients) {
    return with(draft -> draft.maxClients = maxClients);
  }

  /** These, with another idle time, or zero for none. */
  public ServerOptions withIdleTimeout(Duration idleTimeout) {
    return with(draft -> draft.idleTimeout = idleTimeout);
  }

  /** These, with another password, or null for none. */
  public ServerOptions withPassword(@Nullable String password) {
    return with(draft -> draft.password = password);
  }

  /** These, with another way of waiting. */
  public ServerOptions withWaiting(Waiting waiting) {
    return with(draft -> draft.waiting = waiting);
  }

  /** {@link Waiting#POLL}, or else what waits when nothing else is asked for. */
  public ServerOptions withBusyPoll(boolean busyPoll) {
    return withWaiting(busyPoll ? Waiting.POLL : Waiting.SPIN);
  }

  /** These, with another RDMA device, or null for any. */
  public ServerOptions withDevice(@Nullable String device) {
    return with(draft -> draft.device = device);
  }

  /** These, with another time to wait for acknowledgements, or null for the transport's. */
  public ServerOptions withAckTimeout(@Nullable Duration ackTimeout) {
    return with(draft -> draft.ackTimeout = ackTimeout);
  }

  /** These, as another node of a cluster, or with null as none. */
  public ServerOptions withMember(@Nullable ClusterMember member) {
    return with(draft -> draft.member = member);
  }

  /** These, with another log, or null for none. The server is alone with it. */
  public ServerOptions withWriteLog(@Nullable WriteLog writeLog) {
    return with(
        draft -> {
          draft.writeLog = writeLog;
          draft.turns = null;
        });
  }

  /** These, for several servers of the process that share the log, if there is one. */
  public ServerOptions sharingLog(Store store) {
    return with(draft -> draft.turns = commitToken(store));
  }

  /**
   * What lets the threads of a server make entries of the log; null without a log.
   *
   * @param store that the log writes to
   */
  public @Nullable CommitToken commitToken(Store store) {
    WriteLog log = writeLog;
    return turns != null || log == null ? turns : new CommitToken(log, store);
  }

  /** These, with somebody else who is told of a lost thread. */
  public ServerOptions withOnThreadLost(UncaughtExceptionHandler onThreadLost) {
    return with(draft -> draft.onThreadLost = onThreadLost);
  }

  private ServerOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** These options while one of them changes. */
  private static final class Draft {

    private Endpoint endpoint;
    private int threads;
    private int maxClients;
    private Duration idleTimeout;
    private @Nullable String password;
    private Waiting waiting;
    private @Nullable String device;
    private @Nullable Duration ackTimeout;
    private @Nullable ClusterMember member;
    private @Nullable WriteLog writeLog;
    private @Nullable CommitToken turns;
    private UncaughtExceptionHandler onThreadLost;

    Draft(ServerOptions options) {
      endpoint = options.endpoint;
      threads = options.threads;
      maxClients = options.maxClients;
      idleTimeout = options.idleTimeout;
      password = options.password;
      waiting = options.waiting;
      device = options.device;
      ackTimeout = options.ackTimeout;
      member = options.member;
      writeLog = options.writeLog;
      turns = options.turns;
      onThreadLost = options.onThreadLost;
    }

    ServerOptions options() {
      return new ServerOptions(
          endpoint,
          threads,
          maxClients,
          idleTimeout,
          password,
          waiting,
          device,
          ackTimeout,
          member,
          writeLog,
          turns,
          onThreadLost);
    }
  }

  /**
   * The store whose table clients may read themselves; null where writes go to a log and no leases
   * are granted, for nothing would say that what they read is the latest. A node of a cluster of
   * several shards grants none.
   */
  public @Nullable Store readTable(Store store) {
    WriteLog log = writeLog;
    return log == null || (log.leasesTable() && hasAllSlots(member)) ? store : null;
  }

  /** Whether no slot can move away from a node. */
  public static boolean hasAllSlots(@Nullable ClusterMember member) {
    return member == null || member.map().isOfOneShard();
  }

  /** Whether what clients read in the table counts only by leases, which replies bring. */
  public boolean leasesTable() {
    return writeLog != null;
  }

  /** For a transport that would write behind the back of a log: refuses to serve with one. */
  public void requireNoWriteLog(Transport transport) {
    if (writeLog != null) {
      throw new TransportException(transport.name() + " logs no writes, and the server is to");
    }
  }

  /** Tells the owner that the calling thread is lost to the server. */
  public void threadLost(Throwable cause) {
    onThreadLost.uncaughtException(Thread.currentThread(), cause);
  }
}
