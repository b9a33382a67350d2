// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.HeapStore;
import io.wisp.store.Limits;
import io.wisp.store.PendingWrites;
import io.wisp.store.RacedStore;
import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestExecutorTest {

  private static final Slice NONE = new Slice();

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final HeapStore store = new HeapStore(200_000_000, now::get);
  private final FrameBuffer buffer = new FrameBuffer();
  private final Reply reply = new Reply();
  private Session session = new Session();
  private RequestExecutor executor = executor(null);

  private RequestExecutor executor(@Nullable String password) {
    return new RequestExecutor(store, password, () -> "entries:" + store.size());
  }

  @AfterEach
  void close() {
    buffer.close();
  }

  private Status ask(Operation operation, Slice key, Slice value, long argument) {
    byte[] frame = new byte[(int) RequestDescriptor.frameLength(key.length(), value.length())];
    MemorySegment segment = MemorySegment.ofArray(frame);
    RequestDescriptor.encode(segment, 0, operation, key, value, argument);
    return execute(frame);
  }

  private Status execute(byte[] frame) {
    Status status =
        executor.execute(session, MemorySegment.ofArray(frame), 0, frame.length, buffer);
    assertThat(reply.wrap(buffer.memory(), 0, buffer.length())).as(reply.fault()).isTrue();
    assertThat(reply.status()).isEqualTo(status);
    return status;
  }

  private Status ask(Operation operation, String key, String value, long argument) {
    return ask(operation, Slice.of(key), Slice.of(value), argument);
  }

  @Test
  void shouldPutGetAndDelete() {
    assertThat(ask(Operation.PUT, "k", "v", 0)).isEqualTo(Status.CREATED);
    assertThat(ask(Operation.PUT, "k", "w", 0)).isEqualTo(Status.REPLACED);
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.FOUND);
    assertThat(reply.bytes()).hasToString("w");
    assertThat(ask(Operation.CONTAINS, "k", "", 0)).isEqualTo(Status.FOUND);
    assertThat(ask(Operation.DELETE, "k", "", 0)).isEqualTo(Status.DELETED);
    assertThat(ask(Operation.DELETE, "k", "", 0)).isEqualTo(Status.ABSENT);
    assertThat(ask(Operation.CONTAINS, "k", "", 0)).isEqualTo(Status.ABSENT);
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.ABSENT);
    assertThat(reply.bytes().length()).isZero();
  }

  @Test
  void shouldTouchNoKeyThatAnotherNodeHas() {
    // The slots of b, c and d are 3300, 7365 and 11298.
    List<ClusterNode> nodes =
        List.of(
            new ClusterNode("one", "10.0.0.1", 3994, SlotRange.parseAll("0-5000")),
            new ClusterNode("two", "10.0.0.2", 4994, SlotRange.parseAll("5001-10000")));
    ClusterMember member = new ClusterMember("one", new ClusterMap(1, nodes));
    executor = new RequestExecutor(store, null, member, () -> "");
    store.put(Slice.of("c"), Slice.of("stray"));
    for (Operation operation : Operation.values()) {
      if (operation.hasKey()) {
        assertThat(ask(operation, "c", "", 0)).as("%s", operation).isEqualTo(Status.MOVED);
        assertThat(reply.bytes()).hasToString("7365 10.0.0.2:4994");
        assertThat(ask(operation, "d", "", 0)).isEqualTo(Status.SLOT_NOT_SERVED);
        assertThat(reply.bytes()).hasToString("no node has slot 11298");
        assertThat(executor.address()).isEqualTo(RecordAddress.NONE);
      }
    }
    assertThat(store.get("c".getBytes(UTF_8))).asString(UTF_8).isEqualTo("stray");
    assertThat(store.size()).isEqualTo(1);
    assertThat(ask(Operation.PUT, "b", "v", 0)).isEqualTo(Status.CREATED);
    assertThat(ask(Operation.PUT, "{b}c", "v", 0)).isEqualTo(Status.CREATED);
    assertThat(ask(Operation.PING, "", "", 0)).isEqualTo(Status.DONE);
    member.replace(new ClusterMap(2, nodes.reversed()));
    assertThat(ask(Operation.GET, "b", "", 0)).isEqualTo(Status.FOUND);
    member.replace(
        new ClusterMap(
            3,
            List.of(
                new ClusterNode("one", "10.0.0.1", 3994, SlotRange.parseAll("5001-16383")),
                new ClusterNode("two", "10.0.0.2", 4994, SlotRange.parseAll("0-5000")))));
    assertThat(ask(Operation.GET, "b", "", 0)).isEqualTo(Status.MOVED);
    assertThat(ask(Operation.PUT, "d", "v", 0)).isEqualTo(Status.CREATED);
  }

  @Test
  void shouldServeNothingAsAReplicaAndSayWhoDoesIfThatIsKnown() {
    ClusterMember member =
        new ClusterMember(
            "one",
            new ClusterMap(
                1,
                List.of(
                    new ClusterNode("one", "10.0.0.1", 3994, SlotRange.parseAll("0-16383"), "one"),
                    new ClusterNode("two", "10.0.0.2", 4994, List.of(), "one"))));
    executor = new RequestExecutor(store, null, member, () -> "");
    String four = "\1\0\0\0";
    assertThat(ask(Operation.GET, "b", "", 0)).isEqualTo(Status.SLOT_NOT_SERVED);
    assertThat(ask(Operation.PUT, "b", "v", 0)).isEqualTo(Status.SLOT_NOT_SERVED);
    assertThat(ask(Operation.SCAN, "", four, 0)).isEqualTo(Status.SLOT_NOT_SERVED);
    assertThat(reply.bytes().toString()).contains("master");
    member.follow("two", 2, true);
    assertThat(ask(Operation.GET, "b", "", 0)).isEqualTo(Status.MOVED);
    assertThat(ask(Operation.PUT, "b", "v", 0)).isEqualTo(Status.MOVED);
    assertThat(reply.bytes()).hasToString("3300 10.0.0.2:4994");
    assertThat(ask(Operation.SCAN, "", four, 0)).isEqualTo(Status.MOVED);
    assertThat(reply.bytes()).hasToString("0 10.0.0.2:4994");
    assertThat(ask(Operation.PING, "", "", 0)).isEqualTo(Status.DONE);
    assertThat(store.size()).isZero();
    member.follow("one", 3, true);
    assertThat(ask(Operation.PUT, "b", "v", 0)).isEqualTo(Status.CREATED);
    assertThat(ask(Operation.SCAN, "", four, 0)).isEqualTo(Status.DONE);
  }

  @Test
  void shouldSayThatASlotHasLeftWhileItWasRead() {
    List<ClusterNode> nodes =
        List.of(
            new ClusterNode("one", "10.0.0.1", 3994, SlotRange.parseAll("0-5000")),
            new ClusterNode("two", "10.0.0.2", 4994, SlotRange.parseAll("5001-16383")));
    ClusterMember member = new ClusterMember("one", new ClusterMap(1, nodes));
    store.put(Slice.of("b"), Slice.of("v"));
    RacedStore raced =
        new RacedStore(
            store,
            RacedStore.Moment.AFTER_READING,
            other ->
                member.replace(
                    new ClusterMap(
                        2,
                        List.of(
                            new ClusterNode("one", "10.0.0.1", 3994, List.of()),
                            new ClusterNode(
                                "two", "10.0.0.2", 4994, SlotRange.parseAll("0-16383"))))));
    executor = new RequestExecutor(raced, null, member, () -> "");
    assertThat(ask(Operation.GET, "b", "", 0)).isEqualTo(Status.SLOT_NOT_SERVED);
    assertThat(reply.bytes()).hasToString("slot 3300 has left this node meanwhile");
    assertThat(executor.address()).isEqualTo(RecordAddress.NONE);
    assertThat(ask(Operation.GET, "b", "", 0)).isEqualTo(Status.MOVED);
  }

  @Test
  void shouldWriteUnderConditions() {
    assertThat(ask(Operation.PUT_IF_PRESENT, "k", "v", 0)).isEqualTo(Status.CONFLICT);
    assertThat(ask(Operation.PUT_IF_ABSENT, "k", "v", 0)).isEqualTo(Status.CREATED);
    assertThat(ask(Operation.PUT_IF_ABSENT, "k", "v", 0)).isEqualTo(Status.CONFLICT);
    assertThat(ask(Operation.PUT_IF_PRESENT, "k", "w", 0)).isEqualTo(Status.REPLACED);
    ask(Operation.GET, "k", "", 0);
    long version = reply.argument();
    assertThat(ask(Operation.PUT_IF_VERSION, "k", "x", version)).isEqualTo(Status.REPLACED);
    assertThat(ask(Operation.PUT_IF_VERSION, "k", "y", version)).isEqualTo(Status.CONFLICT);
    assertThat(ask(Operation.DELETE_IF_VERSION, "k", "", version)).isEqualTo(Status.CONFLICT);
    ask(Operation.GET, "k", "", 0);
    assertThat(reply.bytes()).hasToString("x");
    assertThat(ask(Operation.DELETE_IF_VERSION, "k", "", reply.argument()))
        .isEqualTo(Status.DELETED);
  }

  @Test
  void shouldBelieveNobodyTheVersionOfAWriteThatHasNotHappened() {
    PendingWrites pending = new PendingWrites(store);
    executor = new RequestExecutor(pending, null, () -> "");
    store.put(Slice.of("k"), Slice.of("v"));
    ask(Operation.GET, "k", "", 0);
    assertThat(executor.givesPending()).isFalse();
    pending.begin();
    pending.show();
    ask(Operation.PUT, "k", "w", 0);
    assertThat(executor.givesPending()).isFalse();
    ask(Operation.GET, "k", "", 0);
    assertThat(executor.givesPending()).isTrue();
    long version = reply.argument();
    assertThat(ask(Operation.PUT_IF_VERSION, "k", "x", version)).isEqualTo(Status.CONFLICT);
    assertThat(ask(Operation.DELETE_IF_VERSION, "k", "", version)).isEqualTo(Status.CONFLICT);
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("k"), Slice.of("x"), Store.NEVER, WriteCondition.IF_VERSION, version);
    assertThat(ask(batch)).isEqualTo(Status.CONFLICT);
    ask(Operation.GET, "k", "", 0);
    assertThat(reply.bytes()).hasToString("w");
  }

  private Status ask(WriteBatch batch) {
    return ask(Operation.WRITE_ALL, NONE, new BatchBuffer().write(batch), 0);
  }

  private static WriteBatch batch(String... keys) {
    WriteBatch batch = new WriteBatch();
    for (String key : keys) {
      batch.put(Slice.of(key), Slice.of("new"));
    }
    return batch;
  }

  private @Nullable String stored(String key) {
    byte[] value = store.get(key.getBytes(UTF_8));
    return value == null ? null : new String(value, UTF_8);
  }

  @Test
  void shouldDoAllOfABatchOrNothing() {
    ask(Operation.PUT, "a", "old", 0);
    ask(Operation.PUT, "b", "old", 0);
    ask(Operation.GET, "a", "", 0);
    long version = reply.argument();
    WriteBatch batch = batch("c");
    batch.put(Slice.of("a"), Slice.of("new"), 1_000_500, WriteCondition.IF_VERSION, version);
    batch.delete(Slice.of("b"), WriteCondition.IF_PRESENT, 0);
    batch.require(Slice.of("d"), WriteCondition.IF_ABSENT, 0);
    assertThat(ask(batch)).isEqualTo(Status.DONE);
    assertThat(reply.argument()).isZero();
    assertThat(reply.bytes().length()).isZero();
    assertThat(executor.address()).isEqualTo(RecordAddress.NONE);
    assertThat(List.of("" + stored("a"), "" + stored("b"), "" + stored("c")))
        .containsExactly("new", "null", "new");
    assertThat(ask(batch)).isEqualTo(Status.CONFLICT);
    ask(Operation.TIME_TO_LIVE, "a", "", 0);
    assertThat(reply.argument()).isEqualTo(500);
    WriteBatch other = batch("c", "e");
    other.require(Slice.of("a"), WriteCondition.IF_ABSENT, 0);
    assertThat(ask(other)).isEqualTo(Status.CONFLICT);
    assertThat(stored("e")).isNull();
    assertThat(ask(batch("f", ""))).isEqualTo(Status.KEY_EMPTY);
    assertThat(stored("f")).isNull();
    assertThat(ask(new WriteBatch())).isEqualTo(Status.DONE);
  }

  @Test
  void shouldDoNothingOfABatchIfMemoryEnds() {
    HeapStore small = new HeapStore(10);
    small.put(Slice.of("a"), Slice.of("old"));
    executor = new RequestExecutor(small, null, () -> "");
    assertThat(ask(batch("a", "bcdefgh"))).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(small.get("a".getBytes(UTF_8))).isEqualTo("old".getBytes(UTF_8));
    assertThat(small.size()).isEqualTo(1);
  }

  @Test
  void shouldNameTheBoundsOfABatch() {
    WriteBatch most = new WriteBatch();
    for (int i = 0; i < WriteBatch.MAX_KEYS; i++) {
      most.put(Slice.of("key" + i), NONE);
    }
    assertThat(ask(most)).isEqualTo(Status.DONE);
    assertThat(store.size()).isEqualTo(WriteBatch.MAX_KEYS);
    most.put(Slice.of("one more"), NONE);
    assertThat(ask(most)).isEqualTo(Status.TRANSACTION_TOO_LARGE);
    assertThat(reply.bytes()).hasToString("a batch has at most 8192 keys and 67108864 bytes");
    assertThat(store.size()).isEqualTo(WriteBatch.MAX_KEYS);
    Slice large = Slice.of(new byte[BatchDescriptor.MAX_LENGTH + 1]);
    assertThat(ask(Operation.WRITE_ALL, NONE, large, 0)).isEqualTo(Status.TRANSACTION_TOO_LARGE);
    // As far as the bytes go there may be zeros; then it is a key without a byte, again and again.
    Slice zeros = Slice.of(new byte[BatchDescriptor.MAX_LENGTH]);
    assertThat(ask(Operation.WRITE_ALL, NONE, zeros, 0)).isEqualTo(Status.MALFORMED);
    assertThat(ask(Operation.PING, "", "still here", 0)).isEqualTo(Status.DONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          01                                               | entry 0 of the batch has 1 bytes, and its header 24
          0100 0100 00000000 0000000000000000 0000000000000000    | entry 0 of the batch has 25 bytes by its lengths, and 24 are left
          0100 0000 ffffffff 0000000000000000 0000000000000000    | entry 0 of the batch has 4294967319 bytes by its lengths, and 24 are left
          0100 ffff ffffffff 0000000000000000 0000000000000000 61 | entry 0 of the batch has 4295032854 bytes by its lengths, and 25 are left
          0300 0100 00000000 0000000000000000 0000000000000000 61 | entry 0 of the batch has the unknown change 3
          ff00 0100 00000000 0000000000000000 0000000000000000 61 | entry 0 of the batch has the unknown change 255
          0104 0100 00000000 0000000000000000 0000000000000000 61 | entry 0 of the batch has the unknown condition 4
          0102 0100 00000000 ffffffffffffffff 0000000000000000 61 | entry 0 of the batch is IF_PRESENT and expects version 18446744073709551615
          0200 0100 01000000 0000000000000000 0000000000000000 6176 | entry 0 of the batch puts nothing, and has a value of 1 bytes and the expiry 0
          0000 0100 00000000 0000000000000000 0500000000000000 61 | entry 0 of the batch puts nothing, and has a value of 0 bytes and the expiry 5
          0100 0100 00000000 0000000000000000 0000000000000000 61 0200 0100 00000000 0000000000000000 0000000000000000 61 | entry 1 of the batch has a key that another one has
          0100 0100 00000000 0000000000000000 0000000000000000 61 02 | entry 1 of the batch has 1 bytes, and its header 24
          """)
  void shouldSayWhatIsWrongWithABatchAndDoNothingOfIt(String hexadecimal, String text) {
    Slice value = Slice.of(HexFormat.of().parseHex(hexadecimal.replace(" ", "")));
    assertThat(ask(Operation.WRITE_ALL, NONE, value, 0)).isEqualTo(Status.MALFORMED);
    assertThat(reply.bytes()).hasToString(text);
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldTakeABatchOfOneSlotOfItsOwnAlone() {
    // The slots of b and c are 3300 and 7365, as above.
    List<ClusterNode> nodes =
        List.of(
            new ClusterNode("one", "10.0.0.1", 3994, SlotRange.parseAll("0-7365")),
            new ClusterNode("two", "10.0.0.2", 4994, SlotRange.parseAll("7366-11297")));
    ClusterMember member = new ClusterMember("one", new ClusterMap(1, nodes));
    executor = new RequestExecutor(store, null, member, () -> "");
    assertThat(ask(batch("b", "{b}1", "c", "b2"))).isEqualTo(Status.CROSS_SLOT);
    assertThat(reply.bytes())
        .hasToString(
            "the keys of a batch are of one slot, and entry 0 is of 3300 and entry 2 of 7365");
    member.replace(new ClusterMap(2, nodes.reversed()));
    assertThat(ask(batch("b", "{b}1"))).isEqualTo(Status.DONE);
    assertThat(ask(batch("d", "{d}1"))).isEqualTo(Status.SLOT_NOT_SERVED);
    assertThat(reply.bytes()).hasToString("no node has slot 11298");
    ClusterMember other = new ClusterMember("two", new ClusterMap(1, nodes));
    executor = new RequestExecutor(store, null, other, () -> "");
    assertThat(ask(batch("c", "{c}1"))).isEqualTo(Status.MOVED);
    assertThat(reply.bytes()).hasToString("7365 10.0.0.1:3994");
    assertThat(ask(new WriteBatch())).isEqualTo(Status.DONE);
    assertThat(store.size()).isEqualTo(2);
  }

  @Test
  void shouldLetRecordsExpire() {
    ask(Operation.PUT, "k", "v", 500);
    now.addAndGet(200);
    assertThat(ask(Operation.TIME_TO_LIVE, "k", "", 0)).isEqualTo(Status.FOUND);
    assertThat(reply.argument()).isEqualTo(300);
    now.addAndGet(300);
    assertThat(ask(Operation.TIME_TO_LIVE, "k", "", 0)).isEqualTo(Status.ABSENT);
    ask(Operation.PUT, "k", "v", 0);
    ask(Operation.TIME_TO_LIVE, "k", "", 0);
    assertThat(reply.argument()).isEqualTo(-1);
  }

  @Test
  void shouldGiveEveryKeyToAScan() {
    for (int i = 0; i < 25; i++) {
      ask(Operation.PUT, "key" + i, "v", 0);
    }
    List<String> keys = new ArrayList<>();
    long cursor = 0;
    do {
      assertThat(ask(Operation.SCAN, NONE, Slice.of(new byte[] {10, 0, 0, 0}), cursor))
          .isEqualTo(Status.DONE);
      int count =
          reply.forEachKey(
              (segment, offset, length) ->
                  keys.add(new Slice().set(segment, offset, length).toString()));
      assertThat(count).isBetween(0, 10);
      cursor = reply.argument();
    } while (cursor != 0);
    assertThat(keys).hasSize(25).doesNotHaveDuplicates();
  }

  @Test
  void shouldEndAScanOfLongKeysEarly() {
    for (int i = 0; i < 100; i++) {
      store.put(Slice.of(i + "k".repeat(60_000)), Slice.of("v"));
    }
    List<Integer> keys = new ArrayList<>();
    long cursor = 0;
    int calls = 0;
    do {
      ask(Operation.SCAN, NONE, Slice.of(new byte[] {100, 0, 0, 0}), cursor);
      assertThat(buffer.length()).isLessThan(RequestExecutor.SCAN_BYTES + 17 * 60_100);
      reply.forEachKey((segment, offset, length) -> keys.add(length));
      cursor = reply.argument();
      calls++;
    } while (cursor != 0);
    assertThat(keys).hasSize(100);
    assertThat(calls).isGreaterThan(3);
  }

  @Test
  void shouldRepeatWhatAPingSaysAndInform() {
    assertThat(ask(Operation.PING, "", "hello", 0)).isEqualTo(Status.DONE);
    assertThat(reply.bytes()).hasToString("hello");
    assertThat(ask(Operation.INFORMATION, "", "", 0)).isEqualTo(Status.DONE);
    assertThat(reply.bytes()).hasToString("entries:0");
  }

  @Test
  void shouldAnswerLimitsWithAStatus() {
    assertThat(ask(Operation.PUT, "", "v", 0)).isEqualTo(Status.KEY_EMPTY);
    assertThat(ask(Operation.GET, "", "", 0)).isEqualTo(Status.KEY_EMPTY);
    assertThat(ask(Operation.CONTAINS, "", "", 0)).isEqualTo(Status.KEY_EMPTY);
    Slice large = Slice.of(new byte[Limits.MAX_VALUE_LENGTH + 1]);
    assertThat(ask(Operation.PUT, Slice.of("k"), large, 0)).isEqualTo(Status.VALUE_TOO_LARGE);
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldWantThePasswordFirst() {
    executor = executor("secret");
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.NOT_AUTHENTICATED);
    assertThat(reply.bytes()).hasToString("this server wants a password first");
    assertThat(ask(Operation.AUTHENTICATE, "", "secre", 0)).isEqualTo(Status.NOT_AUTHENTICATED);
    assertThat(reply.bytes()).hasToString("the password is wrong");
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.NOT_AUTHENTICATED);
    assertThat(ask(Operation.AUTHENTICATE, "", "secret", 0)).isEqualTo(Status.DONE);
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.ABSENT);
    session = new Session();
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.NOT_AUTHENTICATED);
  }

  @Test
  void shouldForgetThePasswordWhenAWrongOneFollows() {
    executor = executor("secret");
    ask(Operation.AUTHENTICATE, "", "secret", 0);
    ask(Operation.AUTHENTICATE, "", "wrong", 0);
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.NOT_AUTHENTICATED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          01                                   | MALFORMED | a frame of 1 bytes is shorter than the header's 16
          02010000000000000000000000000000     | MALFORMED | protocol version 2, and this server speaks 1
          01020200000000000000000000000000ff   | MALFORMED | header, key length 2 and value length 0 make 18 bytes, and the frame has 17
          010200 00ffffffff0000000000000000    | MALFORMED | header, key length 0 and value length 4294967295 make 4294967311 bytes, and the frame has 16
          01630000000000000000000000000000     | UNKNOWN_OPERATION | operation 99 is unknown
          01010100000000000000000000000000ff   | MALFORMED | PING has no key, and the key length is 1
          01020000010000000000000000000000ff   | MALFORMED | GET has no value, and the value length is 1
          010b0000010000000000000000000000ff   | MALFORMED | SCAN has a value of 4 bytes, and the value length is 1
          010200000000000007000000000000 00    | MALFORMED | GET has no argument, and the argument is 7
          010e0000090000000000000000000000aaaaaaaaaaaaaaaaaa | MALFORMED | REPORT has at most 8192 hashes of 8 bytes, and the value length is 9
          01030000000000000000000000000080     | MALFORMED | PUT lives for at most 4611686018427387903 ms, and the argument is 9223372036854775808
          """)
  void shouldSayWhatIsWrongWithAFrame(String hexadecimal, Status status, String text) {
    byte[] frame = HexFormat.of().parseHex(hexadecimal.replace(" ", ""));
    assertThat(execute(frame)).isEqualTo(status);
    assertThat(reply.bytes()).hasToString(text);
  }

  @Test
  void shouldTakeNoMoreHashesThanAReportMayHave() {
    byte[] most = new byte[Request.MAX_HASHES * Long.BYTES];
    assertThat(ask(Operation.REPORT, NONE, Slice.of(most), 0)).isEqualTo(Status.DONE);
    byte[] more = new byte[most.length + Long.BYTES];
    assertThat(ask(Operation.REPORT, NONE, Slice.of(more), 0)).isEqualTo(Status.MALFORMED);
  }

  @Test
  void shouldTellTheStoresTimeToWhoeverReports() {
    assertThat(ask(Operation.REPORT, "", "", 0)).isEqualTo(Status.DONE);
    assertThat(reply.argument()).isEqualTo(1_000_000);
    now.set(999_000);
    assertThat(ask(Operation.REPORT, "", "", 0)).isEqualTo(Status.DONE);
    assertThat(reply.argument()).isEqualTo(999_000);
  }

  @Test
  void shouldCarryTheLargestValueAndGiveItsMemoryBack() {
    byte[] large = new byte[Limits.MAX_VALUE_LENGTH];
    large[large.length - 1] = 7;
    assertThat(ask(Operation.PUT, Slice.of("k"), Slice.of(large), 0)).isEqualTo(Status.CREATED);
    assertThat(ask(Operation.GET, "k", "", 0)).isEqualTo(Status.FOUND);
    assertThat(reply.bytes().toByteArray()).isEqualTo(large);
    assertThat(buffer.capacity()).isGreaterThan(Limits.MAX_VALUE_LENGTH);
    for (int i = 0; i <= FrameBuffer.REPLIES_BEFORE_SHRINKING; i++) {
      ask(Operation.PING, "", "", 0);
    }
    assertThat(buffer.capacity()).isEqualTo(FrameBuffer.INITIAL_CAPACITY);
    assertThat(ask(Operation.PING, "", "still here", 0)).isEqualTo(Status.DONE);
    assertThat(new String(reply.bytes().toByteArray(), UTF_8)).isEqualTo("still here");
  }

  @Test
  void shouldAnswerOutOfMemory() {
    executor = new RequestExecutor(new HeapStore(10), null, () -> "");
    assertThat(ask(Operation.PUT, "k", "far too much for it", 0)).isEqualTo(Status.OUT_OF_MEMORY);
  }

  @Test
  void shouldUnderstandTheBytesThatTheProtocolDocumentShows() {
    HexFormat spaced = HexFormat.ofDelimiter(" ");
    byte[] frame =
        spaced.parseHex("01 03 02 00 05 00 00 00 e8 03 00 00 00 00 00 00 68 69 77 6f 72 6c 64");
    assertThat(execute(frame)).isEqualTo(Status.CREATED);
    assertThat(spaced.formatHex(buffer.toByteArray()))
        .isEqualTo("01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    assertThat(store.get("hi".getBytes(UTF_8))).isEqualTo("world".getBytes(UTF_8));
    ask(Operation.TIME_TO_LIVE, "hi", "", 0);
    assertThat(reply.argument()).isEqualTo(1_000);
  }

  @Test
  void shouldUnderstandTheBatchThatTheProtocolDocumentShows() {
    HexFormat spaced = HexFormat.ofDelimiter(" ");
    byte[] frame =
        spaced.parseHex(
            "01 0f 00 00 3a 00 00 00 00 00 00 00 00 00 00 00"
                + " 01 01 02 00 05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
                + " 68 69 77 6f 72 6c 64"
                + " 02 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
                + " 6f 6c 64");
    store.put(Slice.of("old"), Slice.of("value"));
    assertThat(execute(frame)).isEqualTo(Status.DONE);
    assertThat(spaced.formatHex(buffer.toByteArray()))
        .isEqualTo("01 07 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    assertThat(store.get("hi".getBytes(UTF_8))).isEqualTo("world".getBytes(UTF_8));
    assertThat(store.size()).isEqualTo(1);
  }
}
