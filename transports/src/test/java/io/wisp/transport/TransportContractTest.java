// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static io.wisp.testing.Eventually.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wisp.codec.BatchDescriptor;
import io.wisp.store.Limits;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Undisturbed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every transport promises. A transport's own test extends this and says which transport it
 * is; it inherits every test.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TransportContractTest extends TransportFixture {

  /** Much less than a client may be silent, or wait for its first answer. */
  private static final Duration BEARABLE = Duration.ofMillis(300);

  private static final Status[] WRITTEN = {Status.CREATED, Status.REPLACED, Status.STORED};

  private byte @Nullable [] valueOf(Client client, Slice key) {
    return client.get(key, value) == Status.FOUND ? value.toByteArray() : null;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 46, 47, 48, 64, 254, 255, 256, 1_024, 1_436, 1_460, 1_500, 4_095, 4_096, 4_097, 8_192,
        9_000, 65_535, 65_536, 65_537, 1 << 20
      })
  void shouldReturnTheValueOfAnySizeThatWasPut(int length) {
    needs(Requirement.STORE);
    checkThatItReturns(store, length);
  }

  @Test
  void shouldReturnTheLargestValueThatWasPut() {
    needs(Requirement.STORE);
    checkThatItReturns(closedAfterwards(newLargeStore()), Limits.MAX_VALUE_LENGTH);
  }

  private void checkThatItReturns(Store served, int length) {
    Client client = connect(serve(served, serverOptions()));
    byte[] bytes = randomBytes(length);
    assertThat(client.put(slice("key"), Slice.of(bytes))).isIn((Object[]) WRITTEN);
    assertThat(valueOf(client, slice("key"))).isEqualTo(bytes);
    assertThat(served.get("key".getBytes(UTF_8))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 46, 47, 48, 255, 256, 1_024, 1_500, 4_096, 32_767, 32_768, 65_535})
  void shouldFindKeysOfAnySize(int length) {
    needs(Requirement.STORE);
    Client client = connect(serve());
    Slice key = Slice.of(randomBytes(length));
    assertThat(client.put(key, slice("value"))).isIn((Object[]) WRITTEN);
    assertThat(client.contains(key)).isTrue();
    assertThat(valueOf(client, key)).asString().isEqualTo("value");
    assertThat(client.delete(key)).isEqualTo(Status.DELETED);
    assertThat(client.contains(key)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {" ", "\r\n", "a b", "\0", "\0\0", "$5\r\nhello\r\n", "*", "é\uD83D\uDE00", "\t"})
  void shouldTakeKeysAndValuesAsBytes(String text) {
    needs(Requirement.STORE);
    Client client = connect(serve());
    assertThat(client.put(slice(text), slice(text))).isIn((Object[]) WRITTEN);
    assertThat(valueOf(client, slice(text))).isEqualTo(text.getBytes(UTF_8));
    assertThat(store.get(text.getBytes(UTF_8))).isEqualTo(text.getBytes(UTF_8));
  }

  @Test
  void shouldCarryEveryByteValueAndReadSlicesInsideNativeMemory() {
    needs(Requirement.STORE);
    Client client = connect(serve());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(1_000);
      for (int i = 0; i < 1_000; i++) {
        memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
      }
      Slice key = new Slice().set(memory, 3, 256);
      Slice written = new Slice().set(memory, 300, 600);
      assertThat(client.put(key, written)).isIn((Object[]) WRITTEN);
      assertThat(valueOf(client, key)).isEqualTo(written.toByteArray());
    }
  }

  @Test
  void shouldSayWhatBecameOfEachOperation() {
    needs(Requirement.STORE);
    Client client = connect(serve());
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.ABSENT);
    assertThat(client.delete(slice("key"))).isEqualTo(Status.ABSENT);
    assertThat(client.contains(slice("key"))).isFalse();
    assertThat(client.put(slice("key"), slice("a"))).isIn(Status.CREATED, Status.STORED);
    assertThat(client.put(slice("key"), slice("b"))).isIn(Status.REPLACED, Status.STORED);
    assertThat(client.contains(slice("key"))).isTrue();
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
    assertThat(client.delete(slice("key"))).isEqualTo(Status.DELETED);
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.ABSENT);
  }

  @Test
  void shouldLetRecordsExpire() throws InterruptedException {
    needs(Requirement.STORE);
    Client client = connect(serve());
    assertThat(client.timeToLive(slice("key"))).isEqualTo(Client.NO_KEY);
    client.put(slice("key"), slice("value"));
    assertThat(client.timeToLive(slice("key"))).isEqualTo(Client.NO_EXPIRY);
    assertThat(client.put(slice("key"), slice("value"), 600_000)).isIn((Object[]) WRITTEN);
    assertThat(client.timeToLive(slice("key"))).isBetween(1L, 600_000L);
    client.put(slice("key"), slice("value"), 1);
    await(() -> client.get(slice("key"), value) == Status.ABSENT);
    assertThat(client.timeToLive(slice("key"))).isEqualTo(Client.NO_KEY);
  }

  private final List<Long> sums = new ArrayList<>();

  @Test
  void shouldAddToNumbers() {
    needs(Requirement.STORE);
    Client client = connect(serve());
    assertThat(client.add(slice("key"), 5, sums::add)).isIn((Object[]) WRITTEN);
    assertThat(valueOf(client, slice("key"))).asString().isEqualTo("5");
    assertThat(client.add(slice("key"), -7, sums::add)).isIn((Object[]) WRITTEN);
    client.put(slice("most"), slice("" + (Long.MAX_VALUE - 1)));
    assertThat(client.add(slice("most"), 1, sums::add)).isIn((Object[]) WRITTEN);
    assertThat(sums).containsExactly(5L, -2L, Long.MAX_VALUE);
    assertThat(valueOf(client, slice("key"))).asString().isEqualTo("-2");
    client.put(slice("key"), slice("1"), 600_000);
    client.add(slice("key"), 1, sums::add);
    assertThat(client.timeToLive(slice("key"))).isBetween(1L, 600_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "1.5",
        "01",
        "+1",
        " 1",
        "-0",
        "9223372036854775807",
        "99999999999999999999"
      })
  void shouldChangeNothingWhereThereIsNoSum(String text) {
    needs(Requirement.STORE);
    Client client = connect(serve());
    client.put(slice("key"), slice(text));
    assertThat(client.add(slice("key"), 1, sums::add)).isEqualTo(Status.CONFLICT);
    assertThat(sums).isEmpty();
    assertThat(valueOf(client, slice("key"))).asString().isEqualTo(text);
    assertThat(client.add(new Slice(), 1, sums::add)).isEqualTo(Status.KEY_EMPTY);
  }

  @Test
  void shouldLoseNoAdditionOfManyClients() throws Exception {
    needs(Requirement.STORE);
    Server server = serve(serverOptions().withThreads(2));
    SideBySide.run(
        4,
        _ -> {
          try (Client client = transport().connect(server.endpoint(), clientOptions())) {
            for (int i = 0; i < 50; i++) {
              client.add(slice("key"), 1, _ -> {});
            }
          }
        });
    assertThat(store.get("key".getBytes(UTF_8))).asString(UTF_8).isEqualTo("200");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void shouldRefuseATimeToLiveThatIsNotPositive(long timeToLive) {
    Client client = connect(serve());
    assertThatThrownBy(() -> client.put(slice("key"), slice("value"), timeToLive))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("" + timeToLive);
    assertThat(client.put(slice("key"), slice("value"))).isIn((Object[]) WRITTEN);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 5_000})
  void shouldGiveEveryKeyToAScan(int atLeast) {
    needs(Requirement.STORE);
    Client client = connect(serve());
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      store.put(slice("key" + i), slice("v"));
      expected.add("key" + i);
    }
    Set<String> keys = new HashSet<>();
    long cursor = 0;
    do {
      cursor =
          client.scan(
              cursor,
              atLeast,
              (segment, offset, length) ->
                  keys.add(new Slice().set(segment, offset, length).toString()));
    } while (cursor != 0);
    assertThat(keys).isEqualTo(expected);
  }

  @Test
  void shouldGiveInformationInLines() {
    Client client = connect(serve());
    assertThat(client.information().lines().filter(line -> line.contains(":"))).isNotEmpty();
  }

  @Test
  void shouldDescribeItself() {
    Server server = serve();
    assertThat(server.description()).contains(transport().name());
    assertThat(connect(server).description()).contains(transport().name());
  }

  @Test
  void shouldAnswerWhatIsTooLargeOrEmptyByStatusAndGoOn() {
    Client client = connect(serve());
    Slice largeKey = Slice.of(new byte[Limits.MAX_KEY_LENGTH + 1]);
    Slice largeValue = Slice.of(new byte[Limits.MAX_VALUE_LENGTH + 1]);
    assertThat(client.put(slice(""), slice("v"))).isEqualTo(Status.KEY_EMPTY);
    assertThat(client.get(slice(""), value)).isEqualTo(Status.KEY_EMPTY);
    assertThat(client.delete(slice(""))).isEqualTo(Status.KEY_EMPTY);
    assertThat(client.contains(slice(""))).isFalse();
    assertThat(client.timeToLive(slice(""))).isEqualTo(Client.NO_KEY);
    assertThat(client.put(largeKey, slice("v"))).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(client.get(largeKey, value)).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(client.delete(largeKey)).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(client.contains(largeKey)).isFalse();
    assertThat(client.put(slice("key"), largeValue)).isEqualTo(Status.VALUE_TOO_LARGE);
    assertThat(client.put(slice("key"), largeValue, 1_000)).isEqualTo(Status.VALUE_TOO_LARGE);
    assertThat(client.put(slice("key"), slice("value"))).isIn((Object[]) WRITTEN);
  }

  @Test
  void shouldKeepTheOrderWhenSubmittedRequestsAreRefused() {
    Client client = connect(serve());
    client.submitPut(slice("key"), slice("value"));
    client.submitPut(slice(""), slice("value"));
    client.submitPut(slice("key"), Slice.of(new byte[Limits.MAX_VALUE_LENGTH + 1]));
    client.submitGet(Slice.of(new byte[Limits.MAX_KEY_LENGTH + 1]));
    client.submitGet(slice("key"));
    client.submitDelete(slice(""));
    assertThat(client.outstanding()).isEqualTo(6);
    assertThat(client.complete(value)).isIn((Object[]) WRITTEN);
    assertThat(client.complete(value)).isEqualTo(Status.KEY_EMPTY);
    assertThat(client.complete(value)).isEqualTo(Status.VALUE_TOO_LARGE);
    assertThat(client.complete(value)).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    assertThat(client.complete(value)).isEqualTo(Status.KEY_EMPTY);
    assertThat(client.outstanding()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 1_000})
  void shouldCompleteInTheOrderOfSubmission(int depth) {
    needs(Requirement.STORE);
    checkOrderOfCompletion(serve(), depth);
  }

  /** Of requests for a few keys, so many of them together. */
  protected final void checkOrderOfCompletion(Server server, int depth) {
    Client client = connect(server.endpoint(), clientOptions().withMaxOutstanding(depth));
    Map<Integer, String> model = new HashMap<>();
    List<Runnable> checks = new ArrayList<>();
    Random random = new Random(depth);
    for (int i = 0; i < 5_000; i++) {
      if (client.outstanding() == depth) {
        checks.removeFirst().run();
      }
      int key = random.nextInt(50);
      @Nullable String before = model.get(key);
      switch (random.nextInt(3)) {
        case 0 -> {
          String written = "value" + i;
          client.submitPut(slice("key" + key), slice(written));
          model.put(key, written);
          checks.add(() -> assertThat(client.complete(value)).isIn((Object[]) WRITTEN));
        }
        case 1 -> {
          client.submitGet(slice("key" + key));
          checks.add(() -> assertCompletesWith(client, before));
        }
        default -> {
          client.submitDelete(slice("key" + key));
          model.remove(key);
          Status expected = before == null ? Status.ABSENT : Status.DELETED;
          checks.add(() -> assertThat(client.complete(value)).isEqualTo(expected));
        }
      }
    }
    checks.forEach(Runnable::run);
    assertThat(client.outstanding()).isZero();
  }

  private void assertCompletesWith(Client client, @Nullable String expected) {
    Status status = client.complete(value);
    assertThat(status).isEqualTo(expected == null ? Status.ABSENT : Status.FOUND);
    if (expected != null) {
      assertThat(value.toByteArray()).asString().isEqualTo(expected);
    }
  }

  @Test
  void shouldCarryLargeValuesBothWaysInOnePipeline() {
    needs(Requirement.STORE);
    Client client = connect(serve());
    byte[] large = randomBytes(1 << 20);
    int count = 48;
    for (int i = 0; i < count; i++) {
      client.submitPut(slice("key"), Slice.of(large));
      client.submitGet(slice("key"));
    }
    client.flush();
    for (int i = 0; i < count; i++) {
      assertThat(client.complete(value)).isIn((Object[]) WRITTEN);
      assertThat(client.complete(value)).isEqualTo(Status.FOUND);
      assertThat(value.toByteArray()).isEqualTo(large);
    }
  }

  @Test
  void shouldRefuseMoreOutstandingRequestsThanAgreed() {
    Client client = connect(serve().endpoint(), clientOptions().withMaxOutstanding(3));
    for (int i = 0; i < 3; i++) {
      client.submitPut(slice("key" + i), slice("value"));
    }
    assertThatThrownBy(() -> client.submitGet(slice("key")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("3");
    assertThat(client.outstanding()).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      assertThat(client.complete(value)).isIn((Object[]) WRITTEN);
    }
    assertThat(client.put(slice("key"), slice("value"))).isIn((Object[]) WRITTEN);
  }

  /** Puts the value "new" under each key. */
  private static WriteBatch batch(String... keys) {
    WriteBatch batch = new WriteBatch();
    for (String key : keys) {
      batch.put(slice(key), slice("new"));
    }
    return batch;
  }

  private List<@Nullable String> valuesOf(Client client, String... keys) {
    List<@Nullable String> values = new ArrayList<>();
    for (String key : keys) {
      byte[] bytes = valueOf(client, slice(key));
      values.add(bytes == null ? null : new String(bytes, UTF_8));
    }
    return values;
  }

  @Test
  void shouldDoAllThatABatchSays() {
    needs(Requirement.STORE);
    Client client = connect(serve());
    client.put(slice("replaced"), slice("old"));
    client.put(slice("expiring"), slice("old"), 600_000);
    client.put(slice("deleted"), slice("old"));
    WriteBatch batch = batch("created", "replaced");
    batch.put(slice("expiring"), slice("new"), Store.KEEP_EXPIRY, WriteCondition.ALWAYS, 0);
    long soon = store.currentTimeMillis() + 500_000;
    batch.put(slice("soon"), slice("new"), soon, WriteCondition.ALWAYS, 0);
    batch.put(slice("long ago"), slice("new"), 5, WriteCondition.ALWAYS, 0);
    batch.delete(slice("deleted"), WriteCondition.ALWAYS, 0);
    batch.delete(slice("absent"), WriteCondition.ALWAYS, 0);
    assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(valuesOf(client, "created", "replaced", "expiring", "soon"))
        .containsOnly("new")
        .hasSize(4);
    assertThat(valuesOf(client, "deleted", "absent", "long ago")).containsOnlyNulls();
    assertThat(client.timeToLive(slice("created"))).isEqualTo(Client.NO_EXPIRY);
    assertThat(client.timeToLive(slice("expiring"))).isBetween(500_001L, 600_000L);
    assertThat(client.timeToLive(slice("soon"))).isBetween(1L, 500_000L);
    assertThat(client.writeAll(new WriteBatch())).isEqualTo(Status.DONE);
    assertThat(batch.size()).isEqualTo(7);
  }

  @Test
  void shouldDoNothingOfABatchUnlessAllHoldsThatItRequires() {
    needs(Requirement.STORE);
    Client client = connect(serve());
    client.put(slice("there"), slice("old"));
    for (WriteCondition condition : List.of(WriteCondition.IF_ABSENT, WriteCondition.IF_PRESENT)) {
      boolean wantsThere = condition == WriteCondition.IF_PRESENT;
      WriteBatch fails = batch("other");
      fails.require(slice(wantsThere ? "nowhere" : "there"), condition, 0);
      assertThat(client.writeAll(fails)).isEqualTo(Status.CONFLICT);
      WriteBatch putFails = batch("other");
      Slice wrong = slice(wantsThere ? "nowhere" : "there");
      putFails.put(wrong, slice("new"), Store.NEVER, condition, 0);
      assertThat(client.writeAll(putFails)).isEqualTo(Status.CONFLICT);
      assertThat(valuesOf(client, "other", "nowhere", "there")).containsExactly(null, null, "old");
    }
    WriteBatch holds = batch("other");
    holds.require(slice("nowhere"), WriteCondition.IF_ABSENT, 0);
    holds.put(slice("there"), slice("new"), Store.NEVER, WriteCondition.IF_PRESENT, 0);
    holds.put(slice("created"), slice("new"), Store.NEVER, WriteCondition.IF_ABSENT, 0);
    assertThat(client.writeAll(holds)).isEqualTo(Status.DONE);
    assertThat(valuesOf(client, "other", "nowhere", "there", "created"))
        .containsExactly("new", null, "new", "new");
    WriteBatch deletes = new WriteBatch();
    deletes.delete(slice("there"), WriteCondition.IF_PRESENT, 0);
    deletes.delete(slice("nowhere"), WriteCondition.IF_PRESENT, 0);
    assertThat(client.writeAll(deletes)).isEqualTo(Status.CONFLICT);
    assertThat(client.contains(slice("there"))).isTrue();
  }

  @Test
  void shouldWriteABatchIfItsKeysHaveTheVersionsThatWereRead() {
    needs(Requirement.VERSIONS);
    Client client = connect(serve());
    client.put(slice("read"), slice("old"));
    client.get(slice("read"), value);
    WriteBatch batch = batch("other");
    batch.put(slice("read"), slice("new"), Store.NEVER, WriteCondition.IF_VERSION, value.version());
    assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(valuesOf(client, "read", "other")).containsExactly("new", "new");
    client.delete(slice("other"));
    assertThat(client.writeAll(batch)).isEqualTo(Status.CONFLICT);
    assertThat(valuesOf(client, "read", "other")).containsExactly("new", null);
    client.submitWriteAll(batch);
    assertThat(client.complete(value)).isEqualTo(Status.CONFLICT);
  }

  @Test
  void shouldDoNothingOfABatchIfMemoryEnds() {
    needs(Requirement.STORE);
    CuckooStore small = closedAfterwards(CuckooStore.open(1 << 20));
    Client client = connect(serve(small, serverOptions()));
    for (int i = 0; i < 100; i++) {
      client.put(slice("kept" + i), slice("old"));
    }
    WriteBatch batch = new WriteBatch();
    Slice large = Slice.of(randomBytes(6_000));
    for (int i = 0; i < 200; i++) {
      batch.put(slice((i < 100 ? "kept" : "new") + i), large);
    }
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThat(client.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
      client.submitWriteAll(batch);
      assertThat(client.complete(value)).isEqualTo(Status.OUT_OF_MEMORY);
    }
    assertThat(small.size()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      assertThat(valueOf(client, slice("kept" + i))).asString().isEqualTo("old");
    }
    batch.clear();
    batch.put(slice("fits"), large);
    assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
  }

  @Test
  void shouldRefuseABatchBeyondTheLimitsAndGoOn() {
    Client client = connect(serve());
    WriteBatch tooMany = new WriteBatch();
    for (int i = 0; i <= WriteBatch.MAX_KEYS; i++) {
      tooMany.put(slice("key" + i), slice("value"));
    }
    WriteBatch tooLarge = new WriteBatch();
    Slice half = Slice.of(new byte[Limits.MAX_VALUE_LENGTH / 2]);
    tooLarge.put(slice("one"), half);
    tooLarge.put(slice("other"), half);
    WriteBatch largeValue = new WriteBatch();
    largeValue.put(slice("one"), Slice.of(new byte[Limits.MAX_VALUE_LENGTH + 1]));
    Slice largeKey = Slice.of(new byte[Limits.MAX_KEY_LENGTH + 1]);
    WriteBatch aLargeKey = batch("key");
    aLargeKey.delete(largeKey, WriteCondition.ALWAYS, 0);
    Map<WriteBatch, Status> refused =
        Map.of(
            tooMany,
            Status.TRANSACTION_TOO_LARGE,
            tooLarge,
            Status.TRANSACTION_TOO_LARGE,
            largeValue,
            Status.VALUE_TOO_LARGE,
            aLargeKey,
            Status.KEY_TOO_LARGE,
            batch("key", ""),
            Status.KEY_EMPTY);
    refused.forEach((batch, status) -> assertThat(client.writeAll(batch)).isEqualTo(status));
    refused.forEach((batch, status) -> client.submitWriteAll(batch));
    refused.forEach((batch, status) -> assertThat(client.complete(value)).isEqualTo(status));
    assertThat(store.size()).isZero();
    assertThat(client.writeAll(batch("key"))).isEqualTo(Status.DONE);
  }

  @Test
  void shouldCarryTheLargestBatches() {
    needs(Requirement.STORE);
    Store large = closedAfterwards(newLargeStore());
    Client client = connect(serve(large, serverOptions()));
    WriteBatch most = new WriteBatch();
    for (int i = 0; i < WriteBatch.MAX_KEYS; i++) {
      most.put(slice("key" + i), slice("value" + i));
    }
    assertThat(client.writeAll(most)).isEqualTo(Status.DONE);
    assertThat(large.size()).isEqualTo(WriteBatch.MAX_KEYS);
    assertThat(valuesOf(client, "key0", "key8191")).containsExactly("value0", "value8191");
    WriteBatch longest = new WriteBatch();
    byte[] part = randomBytes(BatchDescriptor.MAX_LENGTH / 4 - BatchDescriptor.HEADER_LENGTH - 1);
    for (String key : List.of("a", "b", "c", "d")) {
      longest.put(slice(key), Slice.of(part));
    }
    assertThat(BatchDescriptor.length(longest)).isEqualTo(BatchDescriptor.MAX_LENGTH);
    client.submitWriteAll(longest);
    client.submitWriteAll(batch("behind"));
    assertThat(client.complete(value)).isEqualTo(Status.DONE);
    assertThat(client.complete(value)).isEqualTo(Status.DONE);
    assertThat(valueOf(client, slice("d"))).isEqualTo(part);
  }

  @Test
  void shouldCompleteBatchesInTheOrderOfSubmission() throws InterruptedException {
    needs(Requirement.STORE);
    Client client = connect(serve());
    for (int i = 0; i < 200; i++) {
      client.submitGet(slice("key"));
      WriteBatch batch = new WriteBatch();
      byte[] written = ("value" + i).getBytes(UTF_8);
      batch.put(slice("key"), Slice.of(written));
      batch.put(slice("other"), Slice.of(written));
      client.submitWriteAll(batch);
      Arrays.fill(written, (byte) 0);
      client.submitGet(slice("key"));
      client.submitDelete(slice("other"));
    }
    client.flush();
    for (int i = 0; i < 200; i++) {
      assertCompletesWith(client, i == 0 ? null : "value" + (i - 1));
      await(client::isReplyReady);
      assertThat(client.complete(value)).isEqualTo(Status.DONE);
      assertCompletesWith(client, "value" + i);
      assertThat(client.complete(value)).isEqualTo(Status.DELETED);
    }
    assertThat(client.outstanding()).isZero();
    assertThat(client.isReplyReady()).isFalse();
  }

  /** Each takes the same keys from the other, and who has one of them has both. */
  @Test
  void shouldKeepTogetherWhatManyClientsWriteInBatches() throws Exception {
    needs(Requirement.STORE);
    Server server = serve(serverOptions().withThreads(2));
    SideBySide.run(
        4,
        number -> {
          try (Client client = transport().connect(server.endpoint(), clientOptions())) {
            WriteBatch take = new WriteBatch();
            WriteBatch release = new WriteBatch();
            for (String key : List.of("a", "b")) {
              Slice owner = slice("client" + number);
              take.put(slice(key), owner, Store.NEVER, WriteCondition.IF_ABSENT, 0);
              release.delete(slice(key), WriteCondition.ALWAYS, 0);
            }
            for (int taken = 0; taken < 50; ) {
              if (client.writeAll(take) == Status.DONE) {
                taken++;
                for (String key : List.of("a", "b")) {
                  assertThat(client.get(key.getBytes(UTF_8)))
                      .asString(UTF_8)
                      .isEqualTo("client" + number);
                }
                assertThat(client.writeAll(release)).isEqualTo(Status.DONE);
              }
            }
          }
        });
    assertThat(store.size()).isZero();
  }

  private List<Runnable> blockingCalls(Client client) {
    return List.of(
        () -> client.put(slice("key"), slice("value")),
        () -> client.put(slice("key"), slice("value"), 1_000),
        () -> client.get(slice("key"), value),
        () -> client.delete(slice("key")),
        () -> client.writeAll(batch("key")),
        () -> client.contains(slice("key")),
        () -> client.timeToLive(slice("key")),
        () -> client.scan(0, 10, (segment, offset, length) -> {}),
        client::information);
  }

  private static void assertIllegal(List<Runnable> calls, String because) {
    assertThat(calls)
        .allSatisfy(
            call ->
                assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(because));
  }

  @Test
  void shouldRefuseBlockingCallsWhileRequestsAreOutstanding() {
    Client client = connect(serve());
    client.submitPut(slice("key"), slice("value"));
    assertIllegal(blockingCalls(client), "outstanding");
    assertThat(client.complete(value)).isIn((Object[]) WRITTEN);
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
  }

  @Test
  void shouldRefuseToCompleteWhatWasNotSubmitted() {
    Client client = connect(serve());
    assertThatThrownBy(() -> client.complete(value))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outstanding");
  }

  @Test
  void shouldSayWhenAReplyIsReadyWithoutWaitingForIt() throws InterruptedException {
    needs(Requirement.STORE);
    Client client = connect(serve());
    byte[] large = randomBytes(200_000);
    assertThat(client.isReplyReady()).isFalse();
    client.submitPut(slice("key"), Slice.of(large));
    client.submitPut(slice("another key"), slice("value"));
    client.flush();
    await(client::isReplyReady);
    assertThat(client.complete(value)).isIn((Object[]) WRITTEN);
    await(client::isReplyReady);
    assertThat(client.complete(value)).isIn((Object[]) WRITTEN);
    client.submitGet(slice("another key"));
    client.submitGet(slice("absent"));
    client.submitGet(slice(""));
    client.submitGet(slice("key"));
    client.flush();
    await(client::isReplyReady);
    assertCompletesWith(client, "value");
    await(client::isReplyReady);
    assertCompletesWith(client, null);
    assertThat(client.isReplyReady()).isTrue();
    assertThat(client.complete(value)).isEqualTo(Status.KEY_EMPTY);
    await(client::isReplyReady);
    assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).isEqualTo(large);
    assertThat(client.isReplyReady()).isFalse();
  }

  @Test
  void shouldFindOutWithoutWaitingThatTheServerIsGone() {
    needs(Requirement.CONNECTION);
    Server server = serve();
    Client client = connect(server);
    server.close();
    assertThatThrownBy(
            () -> {
              client.submitPut(slice("key"), slice("value"));
              client.flush();
              await(client::isReplyReady);
            })
        .isInstanceOf(TransportException.class);
  }

  @Test
  void shouldKeepACopyOfWhatWasSubmitted() {
    needs(Requirement.STORE);
    Client client = connect(serve());
    byte[] key = "key".getBytes(UTF_8);
    byte[] written = randomBytes(100_000);
    byte[] expected = written.clone();
    client.submitPut(Slice.of(key), Slice.of(written));
    Arrays.fill(key, (byte) 0);
    Arrays.fill(written, (byte) 0);
    client.complete(value);
    assertThat(valueOf(client, slice("key"))).isEqualTo(expected);
  }

  @Test
  void shouldShowEachOfManyClientsItsOwnWrites() throws Exception {
    needs(Requirement.STORE);
    Server server = serve(serverOptions().withThreads(2));
    int clients = 32;
    SideBySide.run(clients, number -> writeAndRead(server, "client" + number));
    assertThat(server.statistics().accepted()).isGreaterThanOrEqualTo(clients);
    int asked = serverSeesGets() ? 100 : 50;
    assertThat(server.statistics().requests()).isGreaterThanOrEqualTo((long) clients * asked);
    assertThat(server.statistics().malformed()).isZero();
  }

  private void writeAndRead(Server server, String name) {
    try (Client client = transport().connect(server.endpoint(), clientOptions())) {
      for (int i = 0; i < 50; i++) {
        byte[] key = (name + "-" + i % 7).getBytes(UTF_8);
        byte[] written = (name + "=" + i).getBytes(UTF_8);
        client.put(key, written);
        assertThat(client.get(key)).isEqualTo(written);
      }
    }
  }

  @Test
  void shouldServeWhenBothSidesPollWithoutSleeping() {
    needs(Requirement.STORE);
    Server server = serve(serverOptions().withBusyPoll(true));
    Client client = connect(server.endpoint(), clientOptions().withBusyPoll(true));
    for (int i = 0; i < 200; i++) {
      client.put(slice("key" + i), slice("value" + i));
      assertThat(valueOf(client, slice("key" + i))).asString().isEqualTo("value" + i);
    }
  }

  @Test
  void shouldNameTheEndpointWhenNothingListensThere() throws IOException {
    needs(Requirement.CONNECTION);
    Endpoint endpoint = unusedEndpoint();
    assertThatThrownBy(() -> connect(endpoint, clientOptions()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(endpoint.toString());
  }

  @Test
  void shouldNameTheHostWhenItHasNoAddress() {
    needs(Requirement.CONNECTION);
    Endpoint endpoint = new Endpoint("no-such-host.invalid", 3994);
    assertThatThrownBy(() -> connect(endpoint, clientOptions()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("no-such-host.invalid");
  }

  @Test
  void shouldSayWhichFreePortItGot() {
    needs(Requirement.CONNECTION);
    assertThat(serve().endpoint().port()).isNotZero();
  }

  @Test
  void shouldNameTheEndpointWhenItIsTaken() {
    needs(Requirement.CONNECTION);
    Server server = serve();
    assertThatThrownBy(() -> serve(ServerOptions.at(server.endpoint())))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(server.endpoint().toString());
    assertThat(connect(server).put(slice("key"), slice("value"))).isIn((Object[]) WRITTEN);
  }

  @Test
  void shouldTimeOutWhenAServerAcceptsAndNeverAnswers() throws IOException {
    needs(Requirement.CONNECTION);
    Reachable silent = closedAfterwards(adversity().silentServer());
    ClientOptions options = clientOptions().withTimeout(Duration.ofMillis(300));
    assertThatThrownBy(() -> connect(silent.endpoint(), options))
        .isInstanceOf(TransportTimeoutException.class)
        .hasMessageContaining(silent.endpoint().toString());
  }

  /** A blocking call, which a failing network can hit. */
  protected enum Call {
    PUT,
    GET
  }

  private Network network(Call call) throws IOException {
    needs(Requirement.CONNECTION);
    if (call == Call.GET) {
      needs(Requirement.ANSWERED_GET);
    }
    return closedAfterwards(adversity().network(this::serve));
  }

  /** A client that has worked, though a pause of this machine may have ended the first ones. */
  private Client connectAndPut(Endpoint endpoint, ClientOptions options)
      throws InterruptedException {
    AtomicReference<@Nullable Client> works = new AtomicReference<>();
    await(
        () -> {
          try {
            Client client = connect(endpoint, options);
            client.put(slice("key"), slice("value"));
            works.set(client);
          } catch (TransportTimeoutException e) {
            // Another one.
          }
          return works.get() != null;
        });
    return Objects.requireNonNull(works.get());
  }

  private void run(Call call, Client client) {
    switch (call) {
      case PUT -> client.put(slice("key"), slice("value"));
      case GET -> client.get(slice("key"), value);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTimeOutWhenTheNetworkSwallowsARequestAndFailFromThenOn(Call call) throws Exception {
    Network network = network(call);
    ClientOptions options = clientOptions().withTimeout(Duration.ofSeconds(2));
    Client client = connectAndPut(network.endpoint(), options);
    network.holdBack();
    assertThatThrownBy(() -> run(call, client))
        .isInstanceOf(network.silence())
        .hasMessageContaining(network.endpoint().toString());
    assertThatThrownBy(() -> client.get(slice("key"), value))
        .isInstanceOf(TransportException.class);
  }

  @Test
  void shouldFailWhenTheConnectionBreaksUnderAnOutstandingPipeline() throws Exception {
    Network network = network(Call.PUT);
    Client client = connect(network.endpoint(), clientOptions().withTimeout(Duration.ofMinutes(5)));
    network.holdBack();
    for (int i = 0; i < 100; i++) {
      client.submitPut(slice("key"), slice("value"));
    }
    client.flush();
    network.cut();
    assertThatThrownBy(() -> client.complete(value))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(network.endpoint().toString());
    assertThatThrownBy(() -> client.put(slice("key"), slice("value")))
        .isInstanceOfAny(TransportException.class, IllegalStateException.class);
  }

  @Test
  void shouldFailEveryBusyClientWhenTheServerDies() throws Exception {
    needs(Requirement.CONNECTION);
    Server server = serve();
    int clients = 6;
    CountDownLatch busy = new CountDownLatch(clients);
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (int i = 0; i < clients; i++) {
        Client client = connect(server);
        boolean pipelined = i % 2 == 0;
        threads.execute(() -> failures.add(useUntilFailure(client, pipelined, busy)));
      }
      busy.await();
      server.close();
    }
    assertThat(failures)
        .hasSize(clients)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining(server.endpoint().toString()));
  }

  private static Throwable useUntilFailure(Client client, boolean pipelined, CountDownLatch busy) {
    return catchThrowable(
        () -> {
          while (true) {
            int depth = pipelined ? 100 : 1;
            for (int i = 0; i < depth; i++) {
              client.submitPut(slice("key" + i), slice("value"));
            }
            for (int i = 0; i < depth; i++) {
              client.complete(new RecordSink());
            }
            busy.countDown();
          }
        });
  }

  @Test
  void shouldLeaveTheStoreAloneAfterClosingTheServer() throws Exception {
    needs(Requirement.CONNECTION);
    WatchedStore watched = new WatchedStore();
    Server server = serve(watched, serverOptions().withThreads(2));
    int clients = 4;
    CountDownLatch busy = new CountDownLatch(clients);
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (int i = 0; i < clients; i++) {
        Client client = connect(server);
        threads.execute(() -> useUntilFailure(client, true, busy));
      }
      busy.await();
      server.close();
      long calls = watched.calls();
      server.close();
      threads.shutdown();
      assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      assertThat(watched.calls()).isEqualTo(calls);
    }
  }

  @Test
  void shouldServeNewClientsAfterARestart() {
    needs(Requirement.CONNECTION);
    Server first = serve();
    Client before = connect(first);
    before.put(slice("key"), slice("value"));
    first.close();
    Server second = serve(ServerOptions.at(first.endpoint()));
    assertThat(second.endpoint()).isEqualTo(first.endpoint());
    assertThat(valueOf(connect(second), slice("key"))).asString().isEqualTo("value");
    assertThatThrownBy(() -> before.get(slice("key"), value))
        .isInstanceOf(TransportException.class);
  }

  @Test
  void shouldServeOnlyClientsThatPresentThePassword() {
    needs(Requirement.CONNECTION);
    Server server = serve(serverOptions().withPassword("sesame öffne dich"));
    ClientOptions right = clientOptions().withPassword("sesame öffne dich");
    assertThat(connect(server.endpoint(), right).put(slice("key"), slice("value")))
        .isIn((Object[]) WRITTEN);
    assertThatThrownBy(() -> connect(server.endpoint(), clientOptions()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("password");
    assertThatThrownBy(() -> connect(server.endpoint(), clientOptions().withPassword("sesame")))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("password");
    assertThat(store.size()).isEqualTo(1);
  }

  @Test
  void shouldRefuseOneClientTooManyAndKeepServingTheOthers() throws InterruptedException {
    needs(Requirement.CONNECTION);
    Server server = serve(serverOptions().withMaxClients(2));
    Client first = connect(server);
    Client second = connect(server);
    assertThatThrownBy(() -> connect(server))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("clients");
    assertThat(first.put(slice("key"), slice("value"))).isIn((Object[]) WRITTEN);
    assertThat(second.get(slice("key"), value)).isEqualTo(Status.FOUND);
    assertThat(server.statistics().rejected()).isPositive();
    first.close();
    AtomicReference<@Nullable Client> third = new AtomicReference<>();
    await(
        () -> {
          try {
            third.set(connect(server));
          } catch (TransportException e) {
            assertThat(e).hasMessageContaining("clients");
          }
          return third.get() != null;
        });
    assertThat(second.get(slice("key"), value)).isEqualTo(Status.FOUND);
  }

  @Test
  void shouldDisconnectAClientThatIsIdle() throws InterruptedException {
    needs(Requirement.CONNECTION);
    ServerOptions options = serverOptions().withIdleTimeout(Duration.ofSeconds(1));
    Undisturbed.run(
        BEARABLE,
        _ -> {
          try (Server server = transport().serve(store, options)) {
            Client client = connect(server);
            await(() -> server.statistics().connections() == 0);
            assertThatThrownBy(() -> client.get(slice("key"), value))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(server.endpoint().toString());
          }
        });
  }

  @Test
  void shouldKeepAClientThatIsBusy() {
    needs(Requirement.CONNECTION);
    ServerOptions options = serverOptions().withIdleTimeout(Duration.ofMillis(1_500));
    Undisturbed.run(
        BEARABLE,
        pulse -> {
          try (Server server = transport().serve(store, options)) {
            pulse.beat();
            Client client = connect(server);
            long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (System.nanoTime() < end) {
              assertThat(client.put(slice("key"), slice("value"))).isIn((Object[]) WRITTEN);
              pulse.beat();
            }
          }
        });
  }

  /** Some clients connect anew when a first connection is not answered soon. */
  @Test
  void shouldCountConnections() throws InterruptedException {
    needs(Requirement.CONNECTION);
    Undisturbed.run(
        BEARABLE,
        pulse -> {
          try (Server server = transport().serve(store, serverOptions())) {
            assertThat(server.statistics()).isEqualTo(new ServerStatistics(0, 0, 0, 0, 0));
            pulse.beat();
            Client client = connect(server);
            pulse.rest();
            client.put(slice("key"), slice("value"));
            assertThat(server.statistics().connections()).isEqualTo(1);
            assertThat(server.statistics().accepted()).isEqualTo(1);
            assertThat(server.statistics().requests()).isPositive();
            client.close();
            await(() -> server.statistics().connections() == 0);
            assertThat(server.statistics().accepted()).isEqualTo(1);
          }
        });
  }

  @Test
  void shouldSurviveGarbageAndServeOthers() throws Exception {
    needs(Requirement.CONNECTION);
    Server server = serve();
    Client client = connect(server);
    for (byte[] bytes : garbage()) {
      long faults = faults(server);
      try (SocketChannel stranger = adversity().stranger(server)) {
        Channels.newOutputStream(stranger).write(bytes);
        stranger.shutdownOutput();
        readToEnd(stranger);
      }
      await(() -> faults(server) > faults);
      assertThat(client.put(slice("key"), slice("value"))).isIn((Object[]) WRITTEN);
    }
    assertThat(garbage()).isNotEmpty();
    await(() -> server.statistics().connections() == 1);
  }

  private static long faults(Server server) {
    return server.statistics().malformed() + server.statistics().rejected();
  }

  private static void readToEnd(SocketChannel channel) {
    try (InputStream input = Channels.newInputStream(channel)) {
      input.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The server cut the connection, as it may.
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFailACallInProgressWhenTheClientIsClosed(Call call) throws Exception {
    Network network = network(call);
    Client client = connect(network.endpoint(), clientOptions().withTimeout(Duration.ofMinutes(5)));
    client.put(slice("key"), slice("value"));
    network.holdBack();
    CountDownLatch started = new CountDownLatch(1);
    Future<Throwable> failure =
        CompletableFuture.supplyAsync(
            () ->
                catchThrowable(
                    () -> {
                      started.countDown();
                      run(call, client);
                    }));
    started.await();
    Thread.sleep(50);
    client.close();
    assertThat(failure.get())
        .isInstanceOfAny(TransportException.class, IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void shouldFailCallsAfterClose() {
    Client client = connect(serve());
    client.submitPut(slice("key"), slice("value"));
    client.close();
    client.close();
    assertIllegal(blockingCalls(client), "closed");
    assertIllegal(
        List.of(
            () -> client.submitPut(slice("key"), slice("value")),
            () -> client.submitGet(slice("key")),
            () -> client.submitDelete(slice("key")),
            () -> client.submitWriteAll(batch("key")),
            client::flush,
            () -> client.complete(value)),
        "closed");
  }

  @Test
  void shouldLeaveNoThreadBehind() throws InterruptedException {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Server server = serve();
    Client client = connect(server);
    client.put(slice("key"), slice("value"));
    client.close();
    server.close();
    await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .noneMatch(thread -> isOfTransport(thread)));
  }

  private boolean isOfTransport(Thread thread) {
    return thread.getName().contains(transport().name());
  }
}
