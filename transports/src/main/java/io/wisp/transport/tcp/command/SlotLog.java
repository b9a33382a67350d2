// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.SlotChange;
import io.wisp.transport.ChangedKeys;

/**
 * Where the steps of moves of slots go, which are logged as writes are. It belongs to the thread of
 * its sessions.
 */
public interface SlotLog {

  /**
   * Has a step happen behind what is pending, for a command that was let in to write. Nothing else
   * is let in before that has happened.
   *
   * @return whether it will; if not, all records are to be removed just before, and it is as if
   *     this had not been called
   */
  boolean append(SlotChange change);

  /** What is written to slots that are being copied. */
  ChangedKeys changedKeys();
}
