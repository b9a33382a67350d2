// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What can happen apart from completions. */
public enum AsyncEventType implements Coded {
  /** A completion queue overran, or failed otherwise. */
  COMPLETION_QUEUE_ERROR(Ibv.IBV_EVENT_CQ_ERR, Subject.OBJECT),

  /** A queue pair failed while handling its requests. */
  QUEUE_PAIR_FATAL(Ibv.IBV_EVENT_QP_FATAL, Subject.OBJECT),

  /** The peer of a queue pair sent a request that is not valid. */
  QUEUE_PAIR_REQUEST_ERROR(Ibv.IBV_EVENT_QP_REQ_ERR, Subject.OBJECT),

  /** The peer of a queue pair was refused access to memory. */
  QUEUE_PAIR_ACCESS_ERROR(Ibv.IBV_EVENT_QP_ACCESS_ERR, Subject.OBJECT),

  /** The first packet came for a queue pair that is ready to receive. */
  COMMUNICATION_ESTABLISHED(Ibv.IBV_EVENT_COMM_EST, Subject.OBJECT),

  /** The send queue of a queue pair is drained. */
  SEND_QUEUE_DRAINED(Ibv.IBV_EVENT_SQ_DRAINED, Subject.OBJECT),

  /** A queue pair moved to its alternate path. */
  PATH_MIGRATED(Ibv.IBV_EVENT_PATH_MIG, Subject.OBJECT),

  /** A queue pair could not move to its alternate path. */
  PATH_MIGRATION_ERROR(Ibv.IBV_EVENT_PATH_MIG_ERR, Subject.OBJECT),

  /** The device failed. */
  DEVICE_FATAL(Ibv.IBV_EVENT_DEVICE_FATAL, Subject.DEVICE),

  /** A port came up. */
  PORT_ACTIVE(Ibv.IBV_EVENT_PORT_ACTIVE, Subject.PORT),

  /** A port went down. */
  PORT_ERROR(Ibv.IBV_EVENT_PORT_ERR, Subject.PORT),

  /** The LID of a port changed. */
  LID_CHANGE(Ibv.IBV_EVENT_LID_CHANGE, Subject.PORT),

  /** The partition keys of a port changed. */
  PKEY_CHANGE(Ibv.IBV_EVENT_PKEY_CHANGE, Subject.PORT),

  /** The subnet manager of a port changed. */
  SUBNET_MANAGER_CHANGE(Ibv.IBV_EVENT_SM_CHANGE, Subject.PORT),

  /** A shared receive queue failed. */
  SHARED_RECEIVE_QUEUE_ERROR(Ibv.IBV_EVENT_SRQ_ERR, Subject.OBJECT),

  /** A shared receive queue holds fewer requests than its limit. */
  SHARED_RECEIVE_QUEUE_LIMIT_REACHED(Ibv.IBV_EVENT_SRQ_LIMIT_REACHED, Subject.OBJECT),

  /** A failed queue pair will take no more from its shared receive queue. */
  LAST_REQUEST_REACHED(Ibv.IBV_EVENT_QP_LAST_WQE_REACHED, Subject.OBJECT),

  /** The subnet manager wants its clients to register again. */
  CLIENT_REREGISTER(Ibv.IBV_EVENT_CLIENT_REREGISTER, Subject.PORT),

  /** The GIDs of a port changed. */
  GID_CHANGE(Ibv.IBV_EVENT_GID_CHANGE, Subject.PORT);

  /** What an event is about. */
  enum Subject {
    OBJECT,
    PORT,
    DEVICE
  }

  private final int code;
  private final Subject subject;

  AsyncEventType(int code, Subject subject) {
    this.code = code;
    this.subject = subject;
  }

  Subject subject() {
    return subject;
  }

  @Override
  public int code() {
    return code;
  }
}
