// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import io.wisp.store.cuckoo.CuckooStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads at a store whose index grows and whose memory is compacted or won by evicting. The system
 * property {@code wisp.linearizability.seed} repeats a run, as far as threads can.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreLinearizabilityTest {

  private static final int THREADS = 4;
  private static final long CAPACITY = 4L << 20;

  /** How many rounds there are at least. */
  int rounds() {
    return 40;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerThreadsAsIfTheyHadCalledOneAfterAnother(boolean evicts) throws Exception {
    long seed = Long.getLong("wisp.linearizability.seed", System.nanoTime());
    Rounds rounds = new Rounds(evicts, seed);
    try (CuckooStore store =
            CuckooStore.open(CuckooStore.Options.ofCapacity(CAPACITY).evict(evicts));
        Churn churn = new Churn(store, evicts, seed)) {
      List<Party> parties = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        parties.add(new StoreParty("t" + i, store));
      }
      try {
        rounds.play(rounds(), churn::hasHappened, parties);
      } finally {
        System.out.println("store, evicting " + evicts + ": " + rounds);
      }
    }
  }
}
