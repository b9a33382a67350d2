// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_QP;
import static io.wisp.verbs.raw.Structs.IBV_QP_ATTR;
import static io.wisp.verbs.raw.Structs.IBV_QP_INIT_ATTR;

import io.wisp.verbs.raw.FastPath;
import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.QueuePairCalls;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A send queue and a receive queue. To connect two: {@link #init} both, exchange their {@link
 * #address addresses}, post receives, and {@link #connect} both. For datagrams: {@link
 * #initDatagram}, post receives, {@link #activateDatagram}.
 */
public final class QueuePair extends VerbsObject {

  private static final int ALL_ATTRIBUTES =
      Ibv.IBV_QP_STATE
          | Ibv.IBV_QP_ACCESS_FLAGS
          | Ibv.IBV_QP_PORT
          | Ibv.IBV_QP_QKEY
          | Ibv.IBV_QP_AV
          | Ibv.IBV_QP_PATH_MTU
          | Ibv.IBV_QP_TIMEOUT
          | Ibv.IBV_QP_RETRY_CNT
          | Ibv.IBV_QP_RNR_RETRY
          | Ibv.IBV_QP_RQ_PSN
          | Ibv.IBV_QP_SQ_PSN
          | Ibv.IBV_QP_MAX_QP_RD_ATOMIC
          | Ibv.IBV_QP_MAX_DEST_RD_ATOMIC
          | Ibv.IBV_QP_DEST_QPN;

  private final ProtectionDomain domain;
  private final QueuePairType type;
  private final int number;
  private final int maxSends;
  private final int maxReceives;
  private final int maxInline;
  private final boolean ownReceives;

  QueuePair(ProtectionDomain domain, QueuePairOptions options, long handle, Structure granted) {
    super(
        handle,
        "queue pair " + numberOf(handle) + " of " + domain.context().device().name(),
        domain,
        options.sendQueue,
        options.receiveQueue,
        options.shared);
    this.domain = domain;
    this.type = options.type;
    this.number = numberOf(handle);
    this.ownReceives = options.shared == null;
    this.maxSends = granted.number("cap", "max_send_wr");
    this.maxReceives = ownReceives ? granted.number("cap", "max_recv_wr") : 0;
    this.maxInline = granted.number("cap", "max_inline_data");
  }

  private static int numberOf(long handle) {
    return Structure.at(IBV_QP, handle).number("qp_num");
  }

  /** The protection domain that it belongs to. */
  public ProtectionDomain domain() {
    return domain;
  }

  /** What it promises. */
  public QueuePairType type() {
    return type;
  }

  /** Its number, 24 bits, by which peers address it. */
  public int number() {
    return number;
  }

  /** How many requests the send queue holds. */
  public int maxSends() {
    return maxSends;
  }

  /** How many requests the receive queue holds; 0 if it takes from a shared one. */
  public int maxReceives() {
    return maxReceives;
  }

  /** How many bytes a request can carry in itself. */
  public int maxInline() {
    return maxInline;
  }

  /**
   * Posts the first requests of a batch, with one call. Allocates nothing.
   *
   * @throws IllegalStateException if the pair is closed, or an address handle that is used
   * @throws VerbsException if the send queue is full or refuses a request; {@link SendBatch#posted}
   *     says how many were taken
   */
  public void post(SendBatch batch, int count) {
    post(batch, 0, count);
  }

  /** Posts some requests of a batch, from one on. */
  public void post(SendBatch batch, int first, int count) {
    long requests = batch.chain(first, count);
    boolean datagrams = type == QueuePairType.UD;
    if (datagrams) {
      batch.acquireDestinations(domain, first, count);
    }
    try {
      post(requests, batch, first, count);
    } finally {
      if (datagrams) {
        batch.releaseDestinations(first, count);
      }
      Reference.reachabilityFence(batch);
    }
  }

  private void post(long requests, SendBatch batch, int first, int count) {
    long pair = acquire();
    try {
      int errno = FastPath.postSend(domain.context().postSend, pair, requests, batch.refused());
      if (errno != 0) {
        throw batch.failure(this, first, count, Math.abs(errno));
      }
    } finally {
      release();
    }
  }

  /**
   * Posts the first receive requests of a batch, with one call. Allocates nothing.
   *
   * @throws IllegalStateException if the pair is closed, or takes from a shared receive queue
   * @throws VerbsException if the receive queue is full; {@link ReceiveBatch#posted} says how many
   *     were taken
   */
  public void post(ReceiveBatch batch, int count) {
    post(batch, 0, count);
  }

  /** Posts some receive requests of a batch, from one on. */
  public void post(ReceiveBatch batch, int first, int count) {
    if (!ownReceives) {
      throw new IllegalStateException(
          name() + " takes from a shared receive queue: post the receives there");
    }
    batch.post(this, "ibv_post_recv", domain.context().postRecv, first, count);
  }

  /**
   * What a peer must know to connect to this pair, with a packet number chosen at random.
   *
   * @param port through which the peer will reach it
   */
  public QueuePairAddress address(LocalPort port) {
    return new QueuePairAddress(
        number,
        ThreadLocalRandom.current().nextInt(1 << 24),
        port.attributes().lid(),
        port.gidOrNone(),
        port.attributes().activeMtu());
  }

  /**
   * From RESET to INIT: receives can be posted from now on. For connected types.
   *
   * @param access what the peer may do with our memory regions
   */
  public void init(LocalPort port, AccessFlag... access) {
    modify(initial(port).access(access));
  }

  /**
   * From RESET to INIT, for datagrams.
   *
   * @param queueKey that datagrams to this pair must carry
   */
  public void initDatagram(LocalPort port, int queueKey) {
    modify(initial(port).queueKey(queueKey));
  }

  private static QueuePairChange initial(LocalPort port) {
    return new QueuePairChange()
        .state(QueuePairState.INIT)
        .partitionKeyIndex(0)
        .port(port.number());
  }

  /**
   * From INIT through READY_TO_RECEIVE to READY_TO_SEND: what most programs need.
   *
   * @param port the same as for {@link #init}
   * @param local the address of this pair that the peer was given
   * @param remote the address that the peer gave
   */
  public void connect(
      LocalPort port, QueuePairAddress local, QueuePairAddress remote, ConnectionOptions options) {
    readyToReceive(port, local, remote, options);
    readyToSend(local, options);
  }

  /** From INIT to READY_TO_RECEIVE. */
  public void readyToReceive(
      LocalPort port, QueuePairAddress local, QueuePairAddress remote, ConnectionOptions options) {
    QueuePairChange change =
        new QueuePairChange()
            .state(QueuePairState.READY_TO_RECEIVE)
            .route(port, remote, options)
            .pathMtu(Mtu.min(local.mtu(), remote.mtu()))
            .destination(remote.queuePairNumber())
            .receivePacketNumber(remote.packetNumber());
    if (type == QueuePairType.RC) {
      change
          .readsAsTarget(
              Math.min(options.readsAsTarget(), domain.context().attributes().maxReadsAsTarget()))
          .receiverNotReadyTimer(options.receiverNotReadyTimer());
    }
    modify(change);
  }

  /** From READY_TO_RECEIVE to READY_TO_SEND. */
  public void readyToSend(QueuePairAddress local, ConnectionOptions options) {
    QueuePairChange change =
        new QueuePairChange()
            .state(QueuePairState.READY_TO_SEND)
            .sendPacketNumber(local.packetNumber());
    if (type == QueuePairType.RC) {
      change
          .timeout(options.timeout())
          .retryCount(options.retryCount())
          .receiverNotReadyRetry(options.receiverNotReadyRetry())
          .readsAsInitiator(
              Math.min(
                  options.readsAsInitiator(), domain.context().attributes().maxReadsAsInitiator()));
    }
    modify(change);
  }

  /** From INIT through READY_TO_RECEIVE to READY_TO_SEND, for datagrams. */
  public void activateDatagram() {
    modify(new QueuePairChange().state(QueuePairState.READY_TO_RECEIVE));
    modify(new QueuePairChange().state(QueuePairState.READY_TO_SEND).sendPacketNumber(0));
  }

  /** To ERROR, from any state: all that is posted completes as flushed. */
  public void fail() {
    modify(new QueuePairChange().state(QueuePairState.ERROR));
  }

  /** To RESET, from any state: all that is posted is forgotten, without completions. */
  public void reset() {
    modify(new QueuePairChange().state(QueuePairState.RESET));
  }

  /**
   * Changes attributes, the state among them.
   *
   * @throws VerbsException if the device refuses; it names all of them
   */
  public void modify(QueuePairChange change) {
    long pair = acquire();
    try {
      VerbsException.check(
          "ibv_modify_qp",
          name() + ", " + change,
          QueuePairCalls.modifyQp(pair, change.address(), change.mask()));
    } finally {
      release();
      Reference.reachabilityFence(change);
    }
  }

  /** Asks what the pair is like now. */
  public QueuePairStatus query() {
    long pair = acquire();
    try (Arena arena = Arena.ofConfined()) {
      Structure attributes = Structure.allocate(IBV_QP_ATTR, arena);
      Structure creation = Structure.allocate(IBV_QP_INIT_ATTR, arena);
      VerbsException.check(
          "ibv_query_qp",
          name(),
          QueuePairCalls.queryQp(pair, attributes.address(), ALL_ATTRIBUTES, creation.address()));
      return QueuePairStatus.read(attributes);
    } finally {
      release();
    }
  }

  @Override
  void destroy() {
    domain.context().removeSource(this);
    VerbsException.check("ibv_destroy_qp", name(), QueuePairCalls.destroyQp(handle()));
  }
}
