// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_QP_ATTR;

import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.Arena;
import java.util.StringJoiner;

/**
 * What shall change of a queue pair, for {@link QueuePair#modify}: every attribute of {@code struct
 * ibv_qp_attr} that a state change can take. Which ones it must take depends on the states and the
 * type, as {@code ibv_modify_qp(3)} lists; {@link QueuePair} has a method for each usual change.
 */
public final class QueuePairChange {

  private final Structure attributes = Structure.allocate(IBV_QP_ATTR, Arena.ofAuto());
  private final StringJoiner text = new StringJoiner(", ");
  private int mask;

  /** Nothing changes yet. */
  public QueuePairChange() {}

  /** The new state. */
  public QueuePairChange state(QueuePairState state) {
    return number(Ibv.IBV_QP_STATE, "qp_state", state.code(), state);
  }

  /** The state that the pair is taken to be in. */
  public QueuePairChange assumedState(QueuePairState state) {
    return number(Ibv.IBV_QP_CUR_STATE, "cur_qp_state", state.code(), state);
  }

  /** Whether an event shall tell when the send queue is drained. */
  public QueuePairChange notifyWhenDrained(boolean notify) {
    return number(Ibv.IBV_QP_EN_SQD_ASYNC_NOTIFY, "en_sqd_async_notify", notify ? 1 : 0);
  }

  /** What the peer may do; no more than a memory region permits. */
  public QueuePairChange access(AccessFlag... flags) {
    int access = AccessFlag.mask(flags);
    return number(Ibv.IBV_QP_ACCESS_FLAGS, "qp_access_flags", access, AccessFlag.text(access));
  }

  /** The place of the partition key in the port's table. */
  public QueuePairChange partitionKeyIndex(int index) {
    return number(Ibv.IBV_QP_PKEY_INDEX, "pkey_index", index);
  }

  /** The number of the port. */
  public QueuePairChange port(int number) {
    return number(Ibv.IBV_QP_PORT, "port_num", number);
  }

  /** The key that datagrams to this pair must carry. */
  public QueuePairChange queueKey(int key) {
    return number(Ibv.IBV_QP_QKEY, "qkey", key, Integer.toHexString(key));
  }

  /** The way to the peer. */
  public QueuePairChange route(
      LocalPort local, QueuePairAddress remote, ConnectionOptions options) {
    Structure route = attributes.inner("ah_attr");
    route.memory().fill((byte) 0);
    Routes.write(route, local, remote, options);
    return changed(
        Ibv.IBV_QP_AV,
        "ah_attr",
        local.gid() == null
            ? "lid " + remote.lid()
            : "gid " + remote.gid() + " from gid index " + local.gid().index());
  }

  /** The largest payload of a packet. */
  public QueuePairChange pathMtu(Mtu mtu) {
    return number(Ibv.IBV_QP_PATH_MTU, "path_mtu", mtu.code(), mtu);
  }

  /** How long to wait for an acknowledgement, as {@link ConnectionOptions#timeout} codes it. */
  public QueuePairChange timeout(int timeout) {
    return number(Ibv.IBV_QP_TIMEOUT, "timeout", timeout);
  }

  /** How often to send again. */
  public QueuePairChange retryCount(int count) {
    return number(Ibv.IBV_QP_RETRY_CNT, "retry_cnt", count);
  }

  /** How often to try a peer that has no receive posted; 7 is without end. */
  public QueuePairChange receiverNotReadyRetry(int count) {
    return number(Ibv.IBV_QP_RNR_RETRY, "rnr_retry", count);
  }

  /** How long a peer shall wait when we have no receive posted, as a code. */
  public QueuePairChange receiverNotReadyTimer(int timer) {
    return number(Ibv.IBV_QP_MIN_RNR_TIMER, "min_rnr_timer", timer);
  }

  /** The number of the first packet that the peer will send. */
  public QueuePairChange receivePacketNumber(int number) {
    return number(Ibv.IBV_QP_RQ_PSN, "rq_psn", number);
  }

  /** The number of the first packet to send. */
  public QueuePairChange sendPacketNumber(int number) {
    return number(Ibv.IBV_QP_SQ_PSN, "sq_psn", number);
  }

  /** How many READs and atomic operations of ours are under way at once. */
  public QueuePairChange readsAsInitiator(int reads) {
    return number(Ibv.IBV_QP_MAX_QP_RD_ATOMIC, "max_rd_atomic", reads);
  }

  /** How many READs and atomic operations of the peer are served at once. */
  public QueuePairChange readsAsTarget(int reads) {
    return number(Ibv.IBV_QP_MAX_DEST_RD_ATOMIC, "max_dest_rd_atomic", reads);
  }

  /** The number of the peer's queue pair. */
  public QueuePairChange destination(int queuePairNumber) {
    return number(Ibv.IBV_QP_DEST_QPN, "dest_qp_num", queuePairNumber);
  }

  private QueuePairChange number(int bit, String member, int value) {
    return number(bit, member, value, value);
  }

  private QueuePairChange number(int bit, String member, int value, Object shown) {
    attributes.set(value, member);
    return changed(bit, member, shown);
  }

  private QueuePairChange changed(int bit, String member, Object shown) {
    mask |= bit;
    text.add(member + "=" + shown);
    return this;
  }

  int mask() {
    return mask;
  }

  long address() {
    return attributes.address();
  }

  /** The attributes as messages show them. */
  @Override
  public String toString() {
    return text.toString();
  }
}
