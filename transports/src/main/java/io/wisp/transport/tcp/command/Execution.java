// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.buffer.BufferPool;
import org.jspecify.annotations.Nullable;

/**
 * How far a session has come: in its turn, and in the command that it executes in several steps.
 * One thread uses it.
 */
public final class Execution implements AutoCloseable {

  /** How many requests, keys or steps of requests are executed in a turn. */
  public static final int REQUESTS_PER_TURN = 1024;

  /** How many bytes of replies may wait before no more is executed. */
  public static final int OUTPUT_LIMIT = 32 << 10;

  /** As how many requests a step of a long command counts. */
  private static final int REQUESTS_PER_STEP = REQUESTS_PER_TURN / 8;

  /** How many bytes to copy takes as long as a short request. */
  private static final int BYTES_PER_REQUEST = 256;

  private final ClientTransaction transaction;
  private int left;
  private @Nullable Continuation rest;
  private int remainingArguments;
  private long tally;
  private @Nullable String failure;
  private boolean asking;

  /**
   * That of a client's session.
   *
   * @param buffers where it takes memory from for what the client queues
   */
  public Execution(BufferPool buffers, ClientState client) {
    transaction = new ClientTransaction(buffers, client);
  }

  /** What its client has begun with MULTI or WATCH. */
  public ClientTransaction transaction() {
    return transaction;
  }

  /** Says that the next request asks for a slot that is on its way here. */
  void asking() {
    asking = true;
  }

  /** Whether this request does so. */
  public boolean takeAsking() {
    boolean isAsking = asking;
    asking = false;
    return isAsking;
  }

  /** Begins a turn. */
  public void beginTurn() {
    left = REQUESTS_PER_TURN;
  }

  /** Whether it is somebody else's turn. */
  public boolean isTurnOver() {
    return left <= 0;
  }

  /** Counts requests, or keys of them, that are executed in this turn. */
  public void count(int requests) {
    left -= requests;
  }

  /** Counts bytes that a request copied and that no output shows. */
  public void countBytes(int bytes) {
    left -= bytes / BYTES_PER_REQUEST;
  }

  /** As how many requests counts what was executed in this turn. */
  int counted() {
    return REQUESTS_PER_TURN - left;
  }

  /** Says that the command being executed takes as long as a step of a long one. */
  public void countAsStep() {
    left -= REQUESTS_PER_STEP;
  }

  /** Lets the command that is being executed go on in steps; the first is done at once. */
  void goOnWith(Continuation rest) {
    this.rest = rest;
  }

  /** What is left of a long command, or null. */
  public @Nullable Continuation rest() {
    return rest;
  }

  /** The memory that it holds, in bytes: for a command between its steps, and what is queued. */
  public long heldBytes() {
    return transaction.heldBytes() + (rest == null ? 0 : rest.heldBytes());
  }

  /** Begins a command that is executed for its arguments as they arrive. */
  public void beginStreaming(int arguments) {
    remainingArguments = arguments;
    tally = 0;
    failure = null;
  }

  /** Says that an argument was executed; the answer is whether it was the last. */
  public boolean executed() {
    return --remainingArguments == 0;
  }

  /** How many arguments are still to come, those of this step included. */
  int remainingArguments() {
    return remainingArguments;
  }

  /** What the steps so far have counted. */
  long tally() {
    return tally;
  }

  /** Adds one to the tally. */
  void countOne() {
    tally++;
  }

  /** Why a step has failed, or null. */
  @Nullable String failure() {
    return failure;
  }

  /** Remembers why a step has failed. */
  public void fail(String error) {
    failure = error;
  }

  /** Gives up what is left of a long command, and gives back the memory that it holds. */
  public void endSteps() {
    if (rest != null) {
      rest.close();
      rest = null;
    }
  }

  /** Gives up all that was begun, and gives back the memory for it. */
  @Override
  public void close() {
    endSteps();
    transaction.close();
  }
}
