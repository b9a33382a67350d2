// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What can happen apart from completions. */
public enum AsyncEventType {
  /** A completion queue overran, or failed otherwise. */
  COMPLETION_QUEUE_ERROR(Ibv.IBV_EVENT_CQ_ERR),

  /** A queue pair failed while handling its requests. */
  QUEUE_PAIR_FATAL(Ibv.IBV_EVENT_QP_FATAL),

  /** The peer of a queue pair sent a request that is not valid. */
  QUEUE_PAIR_REQUEST_ERROR(Ibv.IBV_EVENT_QP_REQ_ERR),

  /** The peer of a queue pair was refused access to memory. */
  QUEUE_PAIR_ACCESS_ERROR(Ibv.IBV_EVENT_QP_ACCESS_ERR),

  /** The first packet came for a queue pair that is ready to receive. */
  COMMUNICATION_ESTABLISHED(Ibv.IBV_EVENT_COMM_EST),

  /** The send queue of a queue pair is drained. */
  SEND_QUEUE_DRAINED(Ibv.IBV_EVENT_SQ_DRAINED),

  /** A queue pair moved to its alternate path. */
  PATH_MIGRATED(Ibv.IBV_EVENT_PATH_MIG),

  /** A queue pair could not move to its alternate path. */
  PATH_MIGRATION_ERROR(Ibv.IBV_EVENT_PATH_MIG_ERR),

  /** The device failed. */
  DEVICE_FATAL(Ibv.IBV_EVENT_DEVICE_FATAL),

  /** A port came up. */
  PORT_ACTIVE(Ibv.IBV_EVENT_PORT_ACTIVE),

  /** A port went down. */
  PORT_ERROR(Ibv.IBV_EVENT_PORT_ERR),

  /** The LID of a port changed. */
  LID_CHANGE(Ibv.IBV_EVENT_LID_CHANGE),

  /** The partition keys of a port changed. */
  PKEY_CHANGE(Ibv.IBV_EVENT_PKEY_CHANGE),

  /** The subnet manager of a port changed. */
  SUBNET_MANAGER_CHANGE(Ibv.IBV_EVENT_SM_CHANGE),

  /** A shared receive queue failed. */
  SHARED_RECEIVE_QUEUE_ERROR(Ibv.IBV_EVENT_SRQ_ERR),

  /** A shared receive queue holds fewer requests than its limit. */
  SHARED_RECEIVE_QUEUE_LIMIT_REACHED(Ibv.IBV_EVENT_SRQ_LIMIT_REACHED),

  /** A failed queue pair will take no more from its shared receive queue. */
  LAST_REQUEST_REACHED(Ibv.IBV_EVENT_QP_LAST_WQE_REACHED),

  /** The subnet manager wants its clients to register again. */
  CLIENT_REREGISTER(Ibv.IBV_EVENT_CLIENT_REREGISTER),

  /** The GIDs of a port changed. */
  GID_CHANGE(Ibv.IBV_EVENT_GID_CHANGE);

  private final int code;

  AsyncEventType(int code) {
    this.code = code;
  }

  /** Its number in {@code infiniband/verbs.h}. */
  public int code() {
    return code;
  }

  static AsyncEventType of(int code) {
    for (AsyncEventType candidate : values()) {
      if (candidate.code == code) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("unknown asynchronous event: " + code);
  }
}
