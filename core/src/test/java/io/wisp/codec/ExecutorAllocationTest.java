// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.ForwardingStore;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExecutorAllocationTest {

  private static final int ROUNDS = 100_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Session session = new Session();
  private final Reply reply = new Reply();

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {
        "GET",
        "PUT",
        "DELETE",
        "CONTAINS",
        "TIME_TO_LIVE",
        "PING",
        "SCAN",
        "REPORT",
        "WRITE_ALL"
      })
  void shouldAllocateNothingPerRequest(Operation operation) throws InterruptedException {
    try (Arena arena = Arena.ofConfined();
        FrameBuffer buffer = new FrameBuffer()) {
      MemorySegment frame = arena.allocate(256);
      Slice key = operation.key == Operation.Key.NONE ? new Slice() : Slice.of("0123456789abcdef");
      Slice value =
          switch (operation.value) {
            case NONE -> new Slice();
            case ANY -> Slice.of(new byte[100]);
            case COUNT -> Slice.of(new byte[] {3, 0, 0, 0});
            case HASHES -> Slice.of(new byte[80]);
            case BATCH -> new BatchBuffer().write(batch());
          };
      RequestExecutor executor =
          new RequestExecutor(
              new SingleValueStore(arena.allocate(100)), null, ofAllSlots(), () -> "");
      Allocation.requireNone(ROUNDS, () -> run(executor, operation, frame, key, value, buffer));
    }
  }

  private static WriteBatch batch() {
    WriteBatch batch = new WriteBatch();
    for (int i = 0; i < 3; i++) {
      batch.put(Slice.of("{tag}" + i), Slice.of(new byte[20]));
    }
    batch.delete(Slice.of("{tag}"), WriteCondition.IF_VERSION, 1);
    return batch;
  }

  private static ClusterMember ofAllSlots() {
    ClusterNode node = new ClusterNode("a", "h", 1, List.of(new SlotRange(0, 16_383)));
    return new ClusterMember("a", new ClusterMap(1, List.of(node)));
  }

  @Test
  void shouldNoticeAllocationWhenThereIsSome() {
    long before = threads.getCurrentThreadAllocatedBytes();
    byte[][] kept = new byte[ROUNDS][];
    for (int i = 0; i < ROUNDS; i++) {
      kept[i] = new byte[1];
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isGreaterThan(ROUNDS);
    assertThat(kept[ROUNDS - 1]).hasSize(1);
  }

  private void run(
      RequestExecutor executor,
      Operation operation,
      MemorySegment frame,
      Slice key,
      Slice value,
      FrameBuffer buffer) {
    for (int i = 0; i < ROUNDS; i++) {
      long length = RequestDescriptor.encode(frame, 0, operation, key, value, 0);
      Status status = executor.execute(session, frame, 0, length, buffer);
      if (status.isError()
          || status == Status.CONFLICT
          || !reply.wrap(buffer.memory(), 0, buffer.length())) {
        throw new AssertionError(status + " " + reply.fault());
      }
    }
  }

  /** A store of one value, which answers what is asked here and nothing else. */
  private static final class SingleValueStore extends ForwardingStore {

    private final MemorySegment value;

    SingleValueStore(MemorySegment value) {
      this.value = value;
    }

    @Override
    protected Store store() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Status write(
        Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
      return Status.REPLACED;
    }

    @Override
    public Status get(Slice key, ValueSink sink) {
      sink.begin();
      sink.take(value, 0, (int) value.byteSize(), 1, NEVER);
      return Status.FOUND;
    }

    @Override
    public Status writeAll(WriteBatch batch) {
      return batch.size() == 4 ? Status.DONE : Status.CONFLICT;
    }

    @Override
    public Status delete(Slice key) {
      return Status.DELETED;
    }

    @Override
    public boolean contains(Slice key) {
      return true;
    }

    @Override
    public long currentTimeMillis() {
      return 0;
    }

    @Override
    public long scan(long cursor, int atLeast, KeySink sink) {
      sink.accept(value, 0, 16);
      return 0;
    }
  }
}
