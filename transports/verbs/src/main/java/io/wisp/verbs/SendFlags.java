// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Ibv;

/** What can be asked of a request beside its operation; to be combined with {@code |}. */
public final class SendFlags {

  /** Completes silently, unless it fails or the queue pair was made to signal everything. */
  public static final int NONE = 0;

  /** Waits until all earlier READs and atomic operations of the queue pair have completed. */
  public static final int FENCE = Ibv.IBV_SEND_FENCE;

  /** Has a completion. */
  public static final int SIGNALED = Ibv.IBV_SEND_SIGNALED;

  /** Wakes a peer that waits for solicited completions; for SEND and WRITE with immediate. */
  public static final int SOLICITED = Ibv.IBV_SEND_SOLICITED;

  private SendFlags() {}
}
