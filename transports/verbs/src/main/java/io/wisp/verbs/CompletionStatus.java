// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** How a request ended. The names are those of C, without the prefix. */
public enum CompletionStatus implements Coded {
  SUCCESS(Ibv.IBV_WC_SUCCESS, "success"),
  LOC_LEN_ERR(
      Ibv.IBV_WC_LOC_LEN_ERR,
      "the message is longer than the memory for it, or than the port allows"),
  LOC_QP_OP_ERR(Ibv.IBV_WC_LOC_QP_OP_ERR, "the queue pair could not carry out the request"),
  LOC_EEC_OP_ERR(Ibv.IBV_WC_LOC_EEC_OP_ERR, "local EE context operation error"),
  LOC_PROT_ERR(
      Ibv.IBV_WC_LOC_PROT_ERR,
      "a local address, length or lkey is not within a memory region of the protection domain that permits this"),
  WR_FLUSH_ERR(
      Ibv.IBV_WC_WR_FLUSH_ERR,
      "flushed: the queue pair was in the error state, so this request was not carried out; the first completion that is not flushed names the cause"),
  MW_BIND_ERR(Ibv.IBV_WC_MW_BIND_ERR, "a memory window could not be bound"),
  BAD_RESP_ERR(Ibv.IBV_WC_BAD_RESP_ERR, "the peer's answer made no sense"),
  LOC_ACCESS_ERR(Ibv.IBV_WC_LOC_ACCESS_ERR, "local memory may not be accessed like this"),
  REM_INV_REQ_ERR(
      Ibv.IBV_WC_REM_INV_REQ_ERR,
      "the peer found the request not valid: too long for its receive, or an operation that its queue pair does not permit"),
  REM_ACCESS_ERR(
      Ibv.IBV_WC_REM_ACCESS_ERR,
      "the peer refused access: the remote address, length or rkey is not within a memory region that permits this, or its queue pair does not"),
  REM_OP_ERR(Ibv.IBV_WC_REM_OP_ERR, "the peer could not carry out the request"),
  RETRY_EXC_ERR(
      Ibv.IBV_WC_RETRY_EXC_ERR,
      "the peer did not answer, however often it was retried: it is gone, not reachable, or its queue pair is not ready to receive"),
  RNR_RETRY_EXC_ERR(
      Ibv.IBV_WC_RNR_RETRY_EXC_ERR,
      "the peer had no receive request posted, however often it was retried"),
  LOC_RDD_VIOL_ERR(Ibv.IBV_WC_LOC_RDD_VIOL_ERR, "local RDD violation"),
  REM_INV_RD_REQ_ERR(Ibv.IBV_WC_REM_INV_RD_REQ_ERR, "remote invalid RD request"),
  REM_ABORT_ERR(Ibv.IBV_WC_REM_ABORT_ERR, "the peer aborted"),
  INV_EECN_ERR(Ibv.IBV_WC_INV_EECN_ERR, "invalid EE context number"),
  INV_EEC_STATE_ERR(Ibv.IBV_WC_INV_EEC_STATE_ERR, "invalid EE context state"),
  FATAL_ERR(Ibv.IBV_WC_FATAL_ERR, "the device failed"),
  RESP_TIMEOUT_ERR(Ibv.IBV_WC_RESP_TIMEOUT_ERR, "the response took too long"),
  GENERAL_ERR(Ibv.IBV_WC_GENERAL_ERR, "an error of the transport that is not told in detail"),

  /** A number that this class does not know. */
  UNKNOWN(-1, "an error that this version of Wisp does not know");

  private static final CompletionStatus[] BY_CODE = new CompletionStatus[GENERAL_ERR.code + 1];

  static {
    for (CompletionStatus status : values()) {
      if (status != UNKNOWN) {
        BY_CODE[status.code] = status;
      }
    }
  }

  private final int code;
  private final String text;

  CompletionStatus(int code, String text) {
    this.code = code;
    this.text = text;
  }

  @Override
  public int code() {
    return code;
  }

  /** What it means, without a full stop. */
  public String text() {
    return text;
  }

  static CompletionStatus of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }
}
