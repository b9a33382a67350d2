// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How long a recovery takes; it is printed. {@code -Dwisp.keep.entries=N} says of how many entries
 * with a key of 16 and a value of 100 bytes.
 */
@Tag("long")
class KeptStoreTimeTest {

  private static final int ENTRIES = Integer.getInteger("wisp.keep.entries", 10_000_000);
  private static final long BYTES_OF_AN_ENTRY = 180;
  private static final Path MEMORY = Path.of("/dev/shm");

  @Test
  void shouldSayHowLongTheRecoveryOfManyEntriesTakes() throws IOException {
    long capacity = (64 << 20) + ENTRIES * BYTES_OF_AN_ENTRY;
    assumeThat(MEMORY).isDirectory();
    assumeThat(Files.getFileStore(MEMORY).getUsableSpace()).isGreaterThan(capacity);
    Path folder = Files.createTempDirectory(MEMORY, "wisp-keep-test");
    Path file = folder.resolve("region");
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(capacity);
    try {
      try (CuckooStore store = CuckooStore.keep(options, file)) {
        Slice value = Slice.of(new byte[100]);
        for (int i = 0; i < ENTRIES; i++) {
          Status status = store.put(StoreTestBase.key(i), value);
          assertThat(status).isEqualTo(Status.CREATED);
        }
      }
      for (int round = 0; round < 3; round++) {
        long start = System.nanoTime();
        try (CuckooStore store = CuckooStore.keep(options, file)) {
          long opened = System.nanoTime();
          RecoveryReport report = store.recovery().orElseThrow();
          System.out.printf(
              Locale.ROOT,
              "recovered %,d entries, %,d MiB, in %.2f s (open: %.2f s)%n",
              report.entries(),
              report.bytes() >> 20,
              report.time().toNanos() / 1e9,
              (opened - start) / 1e9);
          assertThat(report.entries()).isEqualTo(ENTRIES);
        }
      }
    } finally {
      for (String name : new String[] {"region", "region.lock", ".region.wisp-unfinished"}) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.delete(folder);
    }
  }
}
