// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.region.Region;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader has seen of a write is there after the end of the process, answered or not. */
class KeptStoreSightTest {

  private static final CuckooStore.Options OPTIONS = CuckooStore.Options.ofCapacity(4 << 20);
  private static final Slice DELETED = Slice.of("deleted");
  private static final int OTHERS = WriteBatch.MAX_KEYS - 1;
  private static final int ROUNDS = 20;
  private static final int MOST_ROUNDS = 2_000;

  @TempDir private Path folder;

  private static WriteBatch batch(String value) {
    WriteBatch batch = new WriteBatch();
    batch.delete(DELETED, WriteCondition.ALWAYS, 0);
    for (int i = 0; i < OTHERS; i++) {
      batch.put(Slice.of("other " + i), Slice.of(value));
    }
    return batch;
  }

  /** The memory is taken from the writer as soon as the reader finds the deleted key absent. */
  @Test
  void shouldUndoNoDeletionThatWasSeen() throws Exception {
    int unanswered = 0;
    // On a busy machine the batch is often written to its end before the reader has the processor.
    for (int round = 0; round < ROUNDS || (unanswered == 0 && round < MOST_ROUNDS); round++) {
      Path file = folder.resolve("region " + round);
      Region region = Region.keptIn(file, OPTIONS.capacity());
      CuckooStore store = CuckooStore.keep(OPTIONS, region, file);
      assertThat(store.writeAll(batch("before"))).isEqualTo(Status.DONE);
      assertThat(store.put(DELETED, Slice.of("before"))).isEqualTo(Status.CREATED);
      WriteBatch batch = batch("after");
      AtomicReference<Status> answer = new AtomicReference<>();
      RemoteClient reader = new RemoteClient(store, RemoteTable.Options.DEFAULT);
      Thread writer = Thread.ofPlatform().start(() -> write(store, batch, answer));
      while (reader.get(DELETED) != RemoteLookup.Step.ABSENT) {
        Thread.onSpinWait();
      }
      region.close();
      writer.join();
      unanswered += answer.get() == null ? 1 : 0;
      try (CuckooStore next = CuckooStore.keep(OPTIONS, file)) {
        StoreInspector.check(next);
        assertThat(KeptStores.get(next, "deleted")).isNull();
        for (int i = 0; i < OTHERS; i++) {
          assertThat(KeptStores.get(next, "other " + i)).isEqualTo("after");
        }
      }
      Files.delete(file);
    }
    assertThat(unanswered).as("ends within the batch").isPositive();
  }

  private static void write(CuckooStore store, WriteBatch batch, AtomicReference<Status> answer) {
    try {
      answer.set(store.writeAll(batch));
    } catch (IllegalStateException closed) {
      // The end.
    }
  }
}
