// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Stores in files of a folder, and copies of those as a process would leave them that ends now. */
final class KeptStores implements AutoCloseable {

  private final Path folder;
  private final CuckooStore.Options options;
  private final int threads;
  private int files;
  private CuckooStore store;

  /**
   * A store in a new file of a folder.
   *
   * @param threads of a recovery
   */
  KeptStores(Path folder, CuckooStore.Options options, int threads) throws IOException {
    this.folder = folder;
    this.options = options;
    this.threads = threads;
    store = CuckooStore.keep(options, newFile());
  }

  private Path newFile() {
    return folder.resolve("region-" + files++);
  }

  /** The one that is open. */
  CuckooStore store() {
    return store;
  }

  MemorySegment region() {
    return store.region();
  }

  Path file() {
    return store.sharedFile().orElseThrow();
  }

  byte[] bytes() {
    return region().toArray(ValueLayout.JAVA_BYTE);
  }

  /** Goes on with what a process would have left that ended now. */
  RecoveryReport recover() {
    return recover(bytes());
  }

  /** Goes on with other bytes of a region. */
  RecoveryReport recover(byte[] bytes) {
    try {
      Path copy = write(bytes);
      CuckooStore recovered = RecoveryThreads.keep(options, copy, threads);
      Path old = file();
      store.close();
      Files.delete(old);
      store = recovered;
      StoreInspector.check(store);
      return store.recovery().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file that holds these bytes and has no store. */
  Path write(byte[] bytes) throws IOException {
    Path file = newFile();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(bytes));
    }
    return file;
  }

  void put(String key, String value) {
    Status status = store.put(Slice.of(key), Slice.of(value));
    if (status.isError()) {
      throw new AssertionError(key + ": " + status);
    }
  }

  @Nullable String get(String key) {
    return get(store, key);
  }

  static @Nullable String get(CuckooStore store, String key) {
    byte[] found = store.get(key.getBytes(UTF_8));
    return found == null ? null : new String(found, UTF_8);
  }

  @Override
  public void close() {
    store.close();
  }
}
