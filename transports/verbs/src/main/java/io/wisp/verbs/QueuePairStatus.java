// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Structure;
import java.util.Set;

/**
 * What a queue pair is like, as the device tells it. Which attributes have a meaning depends on the
 * state and the type.
 *
 * @param access what the peer may do
 * @param pathMtu code of the {@link Mtu}; 0 before it is connected
 * @param destination the number of the peer's queue pair
 * @param receivePacketNumber that the peer's next packet will have
 * @param sendPacketNumber that our next packet will have
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

  static QueuePairStatus read(Structure pair) {
    return new QueuePairStatus(
        Coded.find(QueuePairState.values(), pair.number("qp_state"), "state of a queue pair"),
        AccessFlag.of(pair.number("qp_access_flags")),
        pair.number("path_mtu"),
        pair.number("dest_qp_num"),
        pair.number("qkey"),
        pair.number("rq_psn"),
        pair.number("sq_psn"),
        pair.number("port_num"),
        pair.number("timeout"),
        pair.number("retry_cnt"),
        pair.number("rnr_retry"),
        pair.number("max_rd_atomic"),
        pair.number("max_dest_rd_atomic"));
  }
}
