// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Two queue pairs of one device that are connected to each other, with a region for each. */
final class Loopback implements AutoCloseable {

  static final int REGION_BYTES = 1 << 20;
  static final AccessFlag[] EVERYTHING = {
    AccessFlag.LOCAL_WRITE,
    AccessFlag.REMOTE_READ,
    AccessFlag.REMOTE_WRITE,
    AccessFlag.REMOTE_ATOMIC
  };

  private static final long PATIENCE_NANOSECONDS = TimeUnit.SECONDS.toNanos(30);

  final Arena arena = Arena.ofShared();
  final Context context;
  final LocalPort port;
  final ProtectionDomain domain;
  final MemoryRegion near;
  final MemoryRegion far;
  final CompletionQueue nearQueue;
  final CompletionQueue farQueue;
  final QueuePair nearPair;
  final QueuePair farPair;
  final WorkCompletions completions = new WorkCompletions(64);

  Loopback(QueuePairType type) {
    this(type, ConnectionOptions.DEFAULT, accessFor(type));
  }

  private static AccessFlag[] accessFor(QueuePairType type) {
    return type == QueuePairType.RC
        ? EVERYTHING
        : new AccessFlag[] {AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_WRITE};
  }

  Loopback(QueuePairType type, ConnectionOptions options, AccessFlag... access) {
    context = Verbs.open();
    port = context.selectPort();
    domain = context.createProtectionDomain();
    near = domain.register(arena.allocate(REGION_BYTES, 4096), EVERYTHING);
    far = domain.register(arena.allocate(REGION_BYTES, 4096), EVERYTHING);
    nearQueue = context.createCompletionQueue(256);
    farQueue = context.createCompletionQueue(256);
    nearPair = pair(type, nearQueue);
    farPair = pair(type, farQueue);
    nearPair.init(port, access);
    farPair.init(port, access);
    QueuePairAddress nearAddress = nearPair.address(port);
    QueuePairAddress farAddress = farPair.address(port);
    nearPair.connect(port, nearAddress, farAddress, options);
    farPair.connect(port, farAddress, nearAddress, options);
  }

  private QueuePair pair(QueuePairType type, CompletionQueue queue) {
    return domain.createQueuePair(
        new QueuePairOptions(type, queue)
            .maxSends(128)
            .maxReceives(128)
            .maxSendGather(4)
            .maxReceiveScatter(4)
            .maxInline(64));
  }

  /** Makes a further queue pair, connected to itself. */
  QueuePair connectedToItself(QueuePairOptions options, AccessFlag... access) {
    QueuePair pair = domain.createQueuePair(options);
    pair.init(port, access);
    QueuePairAddress self = pair.address(port);
    pair.connect(port, self, self, ConnectionOptions.DEFAULT);
    return pair;
  }

  /** Posts the first requests of the near pair and waits for one completion, which succeeds. */
  void complete(SendBatch sends, int count) {
    nearPair.post(sends, count);
    succeed(nearQueue);
  }

  /** Makes a request use the beginning of the near region. */
  SendBatch nearPiece(SendBatch sends, int length) {
    return sends.local(0, near.address(), length, near.lkey());
  }

  /** Fills the near region with one pattern and the far region with another. */
  void fill() {
    for (long i = 0; i < REGION_BYTES; i++) {
      near.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (i * 7));
      far.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (i * 13 + 1));
    }
  }

  byte[] near(long offset, int length) {
    return bytes(near, offset, length);
  }

  byte[] far(long offset, int length) {
    return bytes(far, offset, length);
  }

  private static byte[] bytes(MemoryRegion region, long offset, int length) {
    byte[] copy = new byte[length];
    MemorySegment.copy(region.segment(), ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    return copy;
  }

  static boolean isZero(byte[] bytes) {
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  /** Takes completions until there is exactly the number, and leaves the last poll's in place. */
  void await(CompletionQueue queue, int count) {
    await(queue, completions, count);
  }

  static void await(CompletionQueue queue, WorkCompletions into, int count) {
    long deadline = System.nanoTime() + PATIENCE_NANOSECONDS;
    int taken = 0;
    while (taken < count) {
      taken += queue.poll(into);
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(taken + " of " + count + " completions came");
      }
    }
  }

  /** Waits for one completion and demands that it succeeded. */
  void succeed(CompletionQueue queue) {
    await(queue, 1);
    if (!completions.isSuccess(0)) {
      throw new AssertionError(completions.describe(0));
    }
  }

  @Override
  public void close() {
    context.close();
    arena.close();
  }
}
