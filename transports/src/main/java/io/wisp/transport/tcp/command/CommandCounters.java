// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often one thread has called each command, refused it, and replied with an error to it. That
 * thread counts, and any thread reads, without a lock or a barrier. Commands have the numbers that
 * their {@link CommandTable} gives them.
 */
public final class CommandCounters {

  /** Longs of two cache lines, which processors fetch together: no other's counters lie there. */
  private static final int PADDING = 16;

  private static final int REJECTED = 1;
  private static final int FAILED = 2;
  private static final int KINDS = 3;

  private final AtomicLongArray counts;

  /** Counts so many commands. */
  public CommandCounters(int commands) {
    counts = new AtomicLongArray(2 * PADDING + KINDS * commands);
  }

  /** Counts a call that has ended, or a first step of one. */
  public void countCall(int command) {
    add(indexOf(command));
  }

  /** Counts a request that was refused, and so was no call. */
  public void countRejected(int command) {
    add(indexOf(command) + REJECTED);
  }

  /** Counts a call that was replied to with an error. */
  public void countFailed(int command) {
    add(indexOf(command) + FAILED);
  }

  private static int indexOf(int command) {
    return PADDING + KINDS * command;
  }

  private void add(int index) {
    counts.setOpaque(index, counts.getPlain(index) + 1);
  }

  /** Calls of a command, failed ones included. */
  public long calls(int command) {
    return counts.getOpaque(indexOf(command));
  }

  /** Requests for a command that were refused. */
  public long rejected(int command) {
    return counts.getOpaque(indexOf(command) + REJECTED);
  }

  /** Calls of a command that ended in an error. */
  public long failed(int command) {
    return counts.getOpaque(indexOf(command) + FAILED);
  }
}
