// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import io.wisp.linearizability.Call.Kind;
import io.wisp.store.cuckoo.CuckooStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Scenarios that Lincheck makes up, run many times on one store, whose every outcome it explains by
 * a map or reports. Only its stress strategy: its model checker switches threads at accesses to
 * fields, and the store's memory is not made of fields, so that it found nothing in a counter kept
 * off the heap which two threads read and then write.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LincheckTest {

  private static final CuckooStore STORE = CuckooStore.open(4L << 20);
  private static final AtomicLong SCENARIOS = new AtomicLong();

  /** Then it is emptied of the keys that they left. */
  private static final int SCENARIOS_OF_A_STORE = 5_000;

  private static StressOptions options() {
    return new StressOptions()
        .threads(2)
        .actorsPerThread(4)
        .actorsBefore(1)
        .actorsAfter(2)
        .sequentialSpecification(OneAfterAnother.class);
  }

  @Test
  void shouldBeExplainedByAMapWhateverThreadsDoAtOnce() {
    options().iterations(4).invocationsPerIteration(100).check(Keys.class);
  }

  @Test
  @Tag("long")
  void shouldBeExplainedByAMapInMoreAndLongerScenarios() {
    options().threads(3).iterations(100).invocationsPerIteration(5_000).check(Keys.class);
  }

  /** Two keys of the one store, which are new in each run of a scenario. */
  @Param(name = "key", gen = IntGen.class, conf = "0:1")
  @Param(name = "number", gen = IntGen.class, conf = "1:9")
  public static class Keys {

    private final StoreParty party = new StoreParty("lincheck", STORE);
    private final long scenario = SCENARIOS.incrementAndGet();

    public Keys() {
      if (scenario % SCENARIOS_OF_A_STORE == 0) {
        STORE.clear();
      }
    }

    private String call(Kind kind, int key, String argument) {
      return party.call(kind, scenario + "-" + key, argument, 0);
    }

    @Operation
    public String put(@Param(name = "key") int key, @Param(name = "number") int number) {
      return call(Kind.PUT, key, Integer.toString(number));
    }

    @Operation
    public String putIfAbsent(@Param(name = "key") int key, @Param(name = "number") int number) {
      return call(Kind.PUT_IF_ABSENT, key, Integer.toString(number));
    }

    @Operation
    public String get(@Param(name = "key") int key) {
      return call(Kind.GET, key, "");
    }

    @Operation
    public String delete(@Param(name = "key") int key) {
      return call(Kind.DELETE, key, "");
    }

    @Operation
    public String append(@Param(name = "key") int key, @Param(name = "number") int number) {
      return call(Kind.APPEND, key, Integer.toString(number));
    }

    @Operation
    public String increment(@Param(name = "key") int key) {
      return call(Kind.INCREMENT, key, "");
    }

    @Operation
    public String expireAtOnce(@Param(name = "key") int key) {
      return call(Kind.EXPIRE, key, "-1");
    }
  }

  /** The same keys in a map. */
  public static class OneAfterAnother {

    private final Map<Integer, String> map = new HashMap<>();

    public String put(int key, int number) {
      String value = Integer.toString(number);
      String met = map.put(key, value) == null ? KeyModel.CREATED : KeyModel.REPLACED;
      return StoreParty.isPutAmongOthers(value) ? KeyModel.STORED : met;
    }

    public String putIfAbsent(int key, int number) {
      return map.putIfAbsent(key, Integer.toString(number)) == null
          ? KeyModel.CREATED
          : KeyModel.CONFLICT;
    }

    public String get(int key) {
      return Objects.requireNonNullElse(map.get(key), KeyModel.ABSENT);
    }

    public String delete(int key) {
      return map.remove(key) == null ? KeyModel.ABSENT : KeyModel.DONE;
    }

    public String append(int key, int number) {
      return Integer.toString(map.merge(key, Integer.toString(number), String::concat).length());
    }

    public String increment(int key) {
      return map.merge(key, "1", (old, one) -> Long.toString(Long.parseLong(old) + 1));
    }

    public String expireAtOnce(int key) {
      return delete(key);
    }
  }
}
