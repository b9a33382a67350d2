// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import io.wisp.store.WriteCondition;
import io.wisp.testing.Draw;
import io.wisp.testing.Property;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CodecPropertyTest {

  private static final long OFFSET = 3;

  private final MemorySegment segment = MemorySegment.ofArray(new byte[2_000]);

  record Sent(Operation operation, Slice key, Slice value, long argument) {}

  private static Sent request(Draw draw) {
    return shaped(draw.of(Operation.values()), draw.bytes(300), draw.bytes(300), draw.anyLong());
  }

  private static Sent shaped(Operation operation, byte[] key, byte[] value, long argument) {
    Slice none = new Slice();
    Slice sentValue =
        switch (operation.value) {
          case NONE -> none;
          case ANY -> Slice.of(value);
          case COUNT -> Slice.of(new byte[] {5, 0, 0, 0});
          case HASHES -> Slice.of(Arrays.copyOf(value, value.length / 8 * 8));
          case BATCH -> batch(key, value, argument);
        };
    long sentArgument =
        switch (operation.argument) {
          case NONE -> 0;
          case ANY -> argument;
          case TIME_TO_LIVE -> Math.floorMod(argument, Request.MAX_TIME_TO_LIVE);
        };
    Slice sentKey = operation.key == Operation.Key.NONE ? none : Slice.of(key);
    return new Sent(operation, sentKey, sentValue, sentArgument);
  }

  /** Of a key that may be empty, and one that is not. */
  private static Slice batch(byte[] key, byte[] value, long number) {
    WriteBatch batch = new WriteBatch();
    WriteCondition condition =
        number % 2 == 0 ? WriteCondition.IF_PRESENT : WriteCondition.IF_VERSION;
    batch.put(Slice.of(key), Slice.of(value), number, condition, number);
    batch.delete(Slice.of(Arrays.copyOf(key, key.length + 1)), WriteCondition.ALWAYS, 0);
    return new BatchBuffer().write(batch);
  }

  @Test
  void everyRequestReadsBackAsItWasWritten() {
    Property.check(
        draw -> {
          Sent sent = request(draw);
          long length = encode(sent, segment, OFFSET);
          Request request = new Request();
          assertThat(request.wrap(segment, OFFSET, length)).isEqualTo(Status.DONE);
          assertThat(request.operation()).isEqualTo(sent.operation());
          assertThat(request.argument()).isEqualTo(sent.argument());
          assertThat(request.key().toByteArray()).isEqualTo(sent.key().toByteArray());
          assertThat(request.value().toByteArray()).isEqualTo(sent.value().toByteArray());
        });
  }

  @Test
  void everyRequestGetsAReply() {
    Property.check(
        draw -> {
          long length = encode(request(draw), segment, OFFSET);
          assertThat(answerTo(segment, OFFSET, length))
              .isNotIn(Status.MALFORMED, Status.UNKNOWN_OPERATION);
        });
  }

  private static WriteBatch anyBatch(Draw draw) {
    WriteBatch batch = new WriteBatch();
    int size = draw.ints(0, 20);
    for (int i = 0; i < size; i++) {
      Slice key = Slice.of(draw.bytes(20));
      WriteCondition condition = draw.of(WriteCondition.values());
      long version = draw.anyLong();
      switch (draw.of(Change.values())) {
        case PUT -> batch.put(key, Slice.of(draw.bytes(40)), draw.anyLong(), condition, version);
        case DELETE -> batch.delete(key, condition, version);
        case NONE -> batch.require(key, condition, version);
      }
    }
    return batch;
  }

  private static List<Object> contents(WriteBatch.Entry entry) {
    boolean isPut = entry.change() == Change.PUT;
    boolean isVersioned = entry.condition() == WriteCondition.IF_VERSION;
    return List.of(
        entry.change(),
        entry.condition(),
        HexFormat.of().formatHex(entry.key().toByteArray()),
        isPut ? HexFormat.of().formatHex(entry.value().toByteArray()) : "",
        isPut ? entry.expiresAt() : 0L,
        // No record has a version that is not positive, so they are all the same to a reader.
        isVersioned ? Math.max(0, entry.expectedVersion()) : 0L);
  }

  private static List<List<Object>> contents(WriteBatch batch) {
    return IntStream.range(0, batch.size()).mapToObj(i -> contents(batch.get(i))).toList();
  }

  @Test
  void everyBatchReadsBackAsItWasWritten() {
    BatchBuffer buffer = new BatchBuffer();
    BatchReader reader = new BatchReader();
    Property.check(
        draw -> {
          WriteBatch batch = anyBatch(draw);
          Slice bytes = buffer.write(batch);
          assertThat(bytes.length()).isEqualTo((int) BatchDescriptor.length(batch));
          assertThat(reader.read(bytes)).as(reader.fault()).isEqualTo(Status.DONE);
          assertThat(contents(reader.batch())).isEqualTo(contents(batch));
        });
  }

  /** Cut off, or with a byte that is another one, it is read as another batch or not at all. */
  @Test
  void aBatchThatWasDamagedIsDoneAsAWholeOrNotAtAll() {
    BatchBuffer buffer = new BatchBuffer();
    Property.check(
        5_000,
        draw -> {
          byte[] bytes = buffer.write(anyBatch(draw)).toByteArray();
          byte[] damaged = Arrays.copyOf(bytes, draw.ints(0, bytes.length));
          if (damaged.length > 0) {
            damaged[draw.ints(0, damaged.length - 1)] = draw.anyByte();
          }
          try (HeapStore store = new HeapStore()) {
            store.put(Slice.of("k"), Slice.of("v"));
            BatchReader reader = new BatchReader();
            Status readable = reader.read(Slice.of(damaged));
            assertThat(readable).isIn(Status.DONE, Status.MALFORMED);
            long length =
                RequestDescriptor.encode(
                    segment, OFFSET, Operation.WRITE_ALL, new Slice(), Slice.of(damaged), 0);
            Status status = answer(store, segment, OFFSET, length);
            if (readable == Status.MALFORMED) {
              assertThat(status).isEqualTo(Status.MALFORMED);
            }
            if (status != Status.DONE) {
              assertThat(store.size()).isEqualTo(1);
              assertThat(store.get("k".getBytes(UTF_8))).isEqualTo("v".getBytes(UTF_8));
            }
          }
        });
  }

  @Test
  void anyOtherLengthIsMalformed() {
    Property.check(
        draw -> {
          Sent sent = request(draw);
          int difference = draw.ints(-700, 700);
          long length = encode(sent, segment, OFFSET);
          long wrong = Math.max(0, length + difference);
          if (wrong != length) {
            assertThat(answerTo(segment, OFFSET, wrong)).isEqualTo(Status.MALFORMED);
          }
        });
  }

  @Test
  void garbageGetsAReplyAndThrowsNothing() {
    Property.check(
        5_000,
        draw -> {
          byte[] garbage = draw.bytes(64);
          Status status = answerTo(MemorySegment.ofArray(garbage), 0, garbage.length);
          assertThat(status).isIn(Status.MALFORMED, Status.UNKNOWN_OPERATION);
        });
  }

  @Test
  void oneChangedByteThrowsNothing() {
    Property.check(
        5_000,
        draw -> {
          Sent sent = request(draw);
          int position = draw.ints(0, 15);
          byte changed = draw.anyByte();
          long length = encode(sent, segment, 0);
          segment.set(ValueLayout.JAVA_BYTE, position, changed);
          assertThat(answerTo(segment, 0, length)).isNotNull();
        });
  }

  @Test
  void garbageIsNoReply() {
    Property.check(
        5_000,
        draw -> {
          byte[] garbage = draw.bytes(64);
          Reply reply = new Reply();
          boolean wrapped = reply.wrap(MemorySegment.ofArray(garbage), 0, garbage.length);
          assertThat(wrapped).isFalse();
          assertThat(reply.fault()).isNotEmpty();
        });
  }

  @Test
  void lengthsThatNoSliceCanHaveAreMalformed() {
    MemorySegment header = MemorySegment.ofArray(new byte[RequestDescriptor.HEADER_LENGTH]);
    RequestDescriptor.encodeHeader(header, 0, Operation.PING, 0, Integer.MIN_VALUE, 0);
    Request request = new Request();
    assertThat(request.wrap(header, 0, (1L << 31) + RequestDescriptor.HEADER_LENGTH))
        .isEqualTo(Status.MALFORMED);
    assertThat(request.fault()).isEqualTo("value length 2147483648 is above 2147483647");
    ReplyDescriptor.encodeHeader(header, 0, Status.DONE, Integer.MIN_VALUE, 0);
    Reply reply = new Reply();
    assertThat(reply.wrap(header, 0, (1L << 31) + ReplyDescriptor.HEADER_LENGTH)).isFalse();
    assertThat(reply.fault()).isEqualTo("length 2147483648 is above 2147483647");
  }

  private static long encode(Sent sent, MemorySegment segment, long offset) {
    return RequestDescriptor.encode(
        segment, offset, sent.operation(), sent.key(), sent.value(), sent.argument());
  }

  private static Status answerTo(MemorySegment segment, long offset, long length) {
    try (HeapStore store = new HeapStore()) {
      return answer(store, segment, offset, length);
    }
  }

  private static Status answer(HeapStore store, MemorySegment segment, long offset, long length) {
    try (FrameBuffer buffer = new FrameBuffer()) {
      RequestExecutor executor = new RequestExecutor(store, null, () -> "name:value\n");
      Status status = executor.execute(new Session(), segment, offset, length, buffer);
      Reply reply = new Reply();
      assertThat(reply.wrap(buffer.memory(), 0, buffer.length())).isTrue();
      assertThat(reply.status()).isEqualTo(status);
      return status;
    }
  }
}
