// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.process.SteppedProgram;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Region;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What others find between any two stores of a record's change in place. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InPlaceStepsTest {

  private static final int SIZE = 1 << 20;
  private static final Slice KEY = Slice.of("key");
  private static final String BEFORE = "b".repeat(100);
  private static final String AFTER = "a".repeat(100);
  private static final long EXPIRY = Long.MAX_VALUE - 1;

  @TempDir private Path folder;

  /** Stores a value, gives its record another expiry, and then another value and no expiry. */
  static final class Program {

    private Program() {}

    public static void main(String... arguments) throws IOException {
      Region region = Region.inFile(Path.of(arguments[0]), SIZE);
      try (CuckooStore store = CuckooStore.open(CuckooStore.Options.ofCapacity(SIZE), region)) {
        store.put(KEY, Slice.of(BEFORE));
        store.expire(KEY, EXPIRY);
        store.write(KEY, Slice.of(AFTER), WriteCondition.ALWAYS, 0, Store.NEVER);
      }
    }
  }

  /** The parts of a record, and its slot. */
  private record Parts(long word0, long word1, long expiry, String value, long slot) {

    boolean isLive() {
      return RecordLayout.isLive(word1);
    }

    /** What of it is another than before, in the words of FORMAT.md. */
    List<String> changesSince(Parts before) {
      List<String> changes = new ArrayList<>();
      if (isLive() != before.isLive()) {
        changes.add(isLive() ? "LIVE" : "LIVE taken away");
      }
      if (word0 != before.word0) {
        changes.add("word 0");
      }
      if (expiry != before.expiry) {
        changes.add("the expiry");
      }
      if (!value.equals(before.value)) {
        changes.add("the value");
      }
      if (slot != before.slot) {
        changes.add("the slot");
      }
      return changes;
    }
  }

  /** Who reads the region from elsewhere while its writer is halted. */
  private static final class Observer {

    private final MemorySegment region;
    private final RemoteClient client;
    private final long slotAddress;
    private final List<String> changes = new ArrayList<>();
    private Parts last;

    Observer(Path file) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        region = channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE, Arena.ofAuto());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      client = new RemoteClient(region, RemoteTable.Options.DEFAULT, RemoteReads::copy);
      Index index = new Index(region, Words.getAcquire(region, RegionHeader.HASH_SEED_OFFSET));
      slotAddress = index.locate(KEY, index.hash(KEY));
      last = parts();
    }

    private Parts parts() {
      long slot = Words.getAcquire(region, slotAddress);
      long record = Bucket.recordOffset(slot);
      long word0 = Words.getAcquire(region, record);
      long word1 = Words.getAcquire(region, record + Long.BYTES);
      long start = record + RecordLayout.HEADER_SIZE + RecordLayout.keyLength(word0);
      Slice value = new Slice().set(region, start, RecordLayout.valueLength(word1));
      return new Parts(word0, word1, RecordLayout.expiry(region, record), value.toString(), slot);
    }

    void look() {
      Parts now = parts();
      changes.addAll(now.changesSince(last));
      last = now;
      Step step = client.get(KEY);
      assertThat(step).as("after %s", changes).isEqualTo(now.isLive() ? Step.HIT : Step.FALL_BACK);
      if (now.isLive()) {
        assertThat(client.value()).hasToString(now.value);
        assertThat(client.lookup().expiresAt()).isEqualTo(now.expiry);
        assertThat(client.lookup().version()).isEqualTo(RecordLayout.version(now.word0));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Overwriter | overwrite    | LIVE taken away; word 0; the expiry; the value; the slot; LIVE
          Writer     | changeExpiry | LIVE taken away; word 0; the expiry; the slot; LIVE
          """)
  void shouldMakeItsStoresInTheOrderOfTheFormatAndShowNoStateInBetween(
      String type, String method, String stores) throws Exception {
    Path file = folder.resolve("region");
    List<Observer> observers = new ArrayList<>();
    SteppedProgram.run(
        Program.class,
        List.of(file.toString()),
        folder.resolve("output"),
        getClass().getPackageName() + "." + type,
        method,
        () -> {
          if (observers.isEmpty()) {
            observers.add(new Observer(file));
          }
          observers.getFirst().look();
        });
    assertThat(observers).isNotEmpty();
    assertThat(String.join("; ", observers.getFirst().changes)).isEqualTo(stores);
  }
}
