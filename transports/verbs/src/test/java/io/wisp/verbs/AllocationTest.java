// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
@Tag("fully-optimised")
class AllocationTest {

  private static final int ROUNDS = 100_000;
  private static final int WAITING_ROUNDS = 5_000;

  /** Until all is compiled, calls allocate; one that does so by itself would do so for ever. */
  private static final int MOST_ATTEMPTS = 10;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * The bytes that a task allocated, once that is less than a limit or it has been tried often
   * enough.
   */
  private long allocatedBy(Runnable task, long limit) throws InterruptedException {
    long allocated = Long.MAX_VALUE;
    for (int i = 0; i < MOST_ATTEMPTS && allocated >= limit; i++) {
      letTheCompilersCatchUp();
      long before = threads.getCurrentThreadAllocatedBytes();
      task.run();
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    return allocated;
  }

  private static void letTheCompilersCatchUp() throws InterruptedException {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    long before;
    do {
      before = compilers.getTotalCompilationTime();
      Thread.sleep(100);
    } while (compilers.getTotalCompilationTime() != before);
  }

  private static void read(Loopback loopback, SendBatch sends, int rounds) {
    WorkCompletions completions = loopback.completions;
    for (int i = 0; i < rounds; i++) {
      sends
          .id(0, i)
          .local(0, loopback.near.address(), 64, loopback.near.lkey())
          .read(0, loopback.far.address() + (i & 63) * 64L, loopback.far.rkey())
          .flags(0, SendFlags.SIGNALED);
      loopback.nearPair.post(sends, 1);
      poll(loopback.nearQueue, completions);
      check(completions, i, Opcode.READ);
    }
  }

  private static void poll(CompletionQueue queue, WorkCompletions completions) {
    while (queue.poll(completions) == 0) {
      Thread.onSpinWait();
    }
  }

  private static void check(WorkCompletions completions, long id, Opcode opcode) {
    if (!completions.isSuccess(0)
        || completions.status(0) != CompletionStatus.SUCCESS
        || completions.id(0) != id
        || completions.opcode(0) != opcode) {
      throw new AssertionError(completions.describe(0));
    }
  }

  private static void notifyPeer(
      Loopback loopback,
      QueuePair pair,
      CompletionQueue queue,
      CompletionChannel channel,
      SendBatch sends,
      ReceiveBatch receives,
      int rounds) {
    WorkCompletions completions = loopback.completions;
    for (int i = 0; i < rounds; i++) {
      queue.requestNotification(false);
      receives.id(0, i);
      pair.post(receives, 1);
      sends.writeWithImmediate(0, loopback.far.address(), loopback.far.rkey(), i);
      pair.post(sends, 1);
      while (channel.awaitEvent(Context.FOREVER) != queue) {
        Thread.onSpinWait();
      }
      poll(queue, completions);
      check(completions, i, Opcode.RECEIVE_WRITE_WITH_IMMEDIATE);
      if (completions.immediate(0) != i) {
        throw new AssertionError(completions.immediate(0));
      }
      poll(loopback.nearQueue, completions);
    }
  }

  @Test
  void shouldAllocateNothingToPostAndPoll() throws InterruptedException {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      SendBatch sends = new SendBatch(1);
      assertThat(allocatedBy(() -> read(loopback, sends, ROUNDS), ROUNDS)).isLessThan(ROUNDS);
    }
  }

  @Test
  void shouldAllocateNothingToWaitForAnEvent() throws InterruptedException {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      CompletionChannel channel = loopback.context.createCompletionChannel();
      CompletionQueue queue = loopback.context.createCompletionQueue(16, channel, 0);
      QueuePair pair =
          loopback.connectedToItself(
              new QueuePairOptions(QueuePairType.RC, loopback.nearQueue, queue),
              AccessFlag.REMOTE_WRITE);
      SendBatch sends = new SendBatch(1);
      loopback.nearPiece(sends, 64).flags(0, SendFlags.SIGNALED);
      ReceiveBatch receives = new ReceiveBatch(1, 0);
      long allocated =
          allocatedBy(
              () -> notifyPeer(loopback, pair, queue, channel, sends, receives, WAITING_ROUNDS),
              WAITING_ROUNDS);
      assertThat(allocated).isLessThan(WAITING_ROUNDS);
    }
  }
}
