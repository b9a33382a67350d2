// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import io.wisp.store.cuckoo.CuckooStore;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who takes an entry, as Ratis does it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProposalTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);

  @TempDir private Path temporary;

  private static Proposal put(long version, String key) {
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of(key), Slice.of("value"));
    return new Proposal(Entry.encode(version, false, batch));
  }

  private static Message carriedOut(RaftEngine engine, Proposal proposal) throws Exception {
    return engine.propose(proposal).get(60, TimeUnit.SECONDS);
  }

  private static void awaitLeadership(RaftEngine engine) throws Exception {
    long end = System.nanoTime() + BOUND_NANOS;
    while (true) {
      try {
        var _ = carriedOut(engine, new Proposal(Entry.encode(1, false, new WriteBatch())));
        return;
      } catch (ExecutionException e) {
        assertThat(System.nanoTime() - end).isNegative();
        Thread.sleep(10);
      }
    }
  }

  @Test
  void shouldBeTakenIntoTheLogOrBackAndNeverBoth() throws Exception {
    try (DataFolder folder = DataFolder.open(temporary.resolve("data"));
        QuietLogs _ = QuietLogs.into(folder.path().resolve("raft.log"));
        Acknowledged acknowledged = Acknowledged.open(folder.path());
        CuckooStore store = CuckooStore.open(16L * MEBIBYTE)) {
      StoreMachine machine = new StoreMachine(store, acknowledged, MEBIBYTE, _ -> {}, _ -> {});
      RaftEngine engine = RaftEngine.start(folder, machine, _ -> {});
      try {
        awaitLeadership(engine);
        Proposal back = put(1, "back");
        assertThat(back.take()).isTrue();
        assertThatThrownBy(() -> carriedOut(engine, back))
            .hasMessageContaining("its proposer has taken the entry back");
        assertThat(machine.applied()).isZero();
        // Its leader goes on.
        Proposal into = put(1, "into");
        assertThat(StoreMachine.isStale(carriedOut(engine, into))).isFalse();
        assertThat(into.take()).isFalse();
        assertThat(machine.applied()).isEqualTo(1);
        assertThat(StoreMachine.isStale(carriedOut(engine, put(1, "stale")))).isTrue();
        assertThat(store.size()).isEqualTo(1);
      } finally {
        engine.close();
        machine.close();
      }
      Proposal late = put(2, "late");
      assertThatThrownBy(() -> carriedOut(engine, late)).isInstanceOf(ExecutionException.class);
      assertThat(late.take()).isTrue();
    }
  }
}
