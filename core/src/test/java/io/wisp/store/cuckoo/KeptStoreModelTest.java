// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The same with a store that is recovered now and then from a copy of its memory. */
@ParameterizedClass
@ValueSource(ints = {1, 4})
class KeptStoreModelTest extends CuckooStoreModelTest {

  /** Steps between two recoveries are up to so many. */
  private static final int LONGEST_LIFE = 3000;

  private final SplittableRandom lives = new SplittableRandom(1);

  /** Of a recovery. */
  @Parameter private int threads;

  @TempDir private Path folder;
  private @Nullable KeptStores kept;
  private int end = 1;

  @AfterEach
  void close() {
    if (kept != null) {
      kept.close();
    }
  }

  @Override
  CuckooStore make(CuckooStore.Options options) {
    try {
      kept = new KeptStores(folder, options, threads);
      return kept.store();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  CuckooStore next(CuckooStore store, int step) {
    if (kept == null || step < end) {
      return store;
    }
    end = step + 1 + lives.nextInt(LONGEST_LIFE);
    kept.recover();
    return kept.store();
  }
}
