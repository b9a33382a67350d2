// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;

/** Opens stores in files by a number of threads, whatever number of processors there is. */
final class RecoveryThreads {

  private RecoveryThreads() {}

  /** {@link CuckooStore#keep}, with so many threads for what a recovery does by many. */
  static CuckooStore keep(CuckooStore.Options options, Path file, int threads) throws IOException {
    // The streams of a thread of a pool use that pool.
    try (ForkJoinPool pool = new ForkJoinPool(threads)) {
      return CompletableFuture.supplyAsync(() -> keep(options, file), pool).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException refused) {
        throw refused.getCause();
      }
      throw e;
    }
  }

  private static CuckooStore keep(CuckooStore.Options options, Path file) {
    try {
      return CuckooStore.keep(options, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
