// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_QP_ATTR;
import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

/**
 * What a queue pair is like, as the device tells it. Which attributes have a meaning depends on the
 * state and the type.
 *
 * @param state of the pair
 * @param access what the peer may do
 * @param pathMtu code of the {@link Mtu}; 0 before it is connected
 * @param destination the number of the peer's queue pair
 * @param queueKey of datagrams
 * @param receivePacketNumber that the peer's next packet will have
 * @param sendPacketNumber that our next packet will have
 * @param port the number of the port
 * @param timeout as {@link ConnectionOptions#timeout} codes it
 * @param retryCount how often to send again
 * @param receiverNotReadyRetry how often to try a peer that has no receive posted
 * @param readsAsInitiator how many READs of ours are under way at once
 * @param readsAsTarget how many READs of the peer are served at once
 */
public record QueuePairStatus(
    QueuePairState state,
    Set<AccessFlag> access,
    int pathMtu,
    int destination,
    int queueKey,
    int receivePacketNumber,
    int sendPacketNumber,
    int port,
    int timeout,
    int retryCount,
    int receiverNotReadyRetry,
    int readsAsInitiator,
    int readsAsTarget) {

  static QueuePairStatus read(MemorySegment memory) {
    return new QueuePairStatus(
        Coded.find(QueuePairState.values(), number(memory, "qp_state"), "state of a queue pair"),
        AccessFlag.of(number(memory, "qp_access_flags")),
        number(memory, "path_mtu"),
        number(memory, "dest_qp_num"),
        number(memory, "qkey"),
        number(memory, "rq_psn"),
        number(memory, "sq_psn"),
        octet(memory, "port_num"),
        octet(memory, "timeout"),
        octet(memory, "retry_cnt"),
        octet(memory, "rnr_retry"),
        octet(memory, "max_rd_atomic"),
        octet(memory, "max_dest_rd_atomic"));
  }

  private static int number(MemorySegment memory, String member) {
    return memory.get(ValueLayout.JAVA_INT, offset(IBV_QP_ATTR, member));
  }

  private static int octet(MemorySegment memory, String member) {
    return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset(IBV_QP_ATTR, member)));
  }
}
