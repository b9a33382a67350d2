// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.codec.RequestExecutor;
import io.wisp.codec.Session;
import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What a client meets at a server that is older than batches. */
class OlderServerTest {

  private static final byte NO_OPERATION = (byte) 200;

  /** A client of an executor in this process, to which batches come with a code that none has. */
  private static final class Connected extends FrameClient {

    private final HeapStore store = new HeapStore();
    private final RequestExecutor executor = new RequestExecutor(store, null, () -> "");
    private final Session session = new Session();
    private final FrameBuffer buffer = new FrameBuffer();
    private final Queue<byte[]> sent = new ArrayDeque<>();

    Connected() {
      super(new Endpoint("127.0.0.1", 1), ClientOptions.defaults(), System::nanoTime);
    }

    @Override
    public String description() {
      return "a client of this process";
    }

    @Override
    protected void beginWaiting(long deadline) {}

    private byte[] frame(Operation operation, Slice key, Slice value, long argument) {
      byte[] frame = new byte[(int) RequestDescriptor.frameLength(key.length(), value.length())];
      MemorySegment segment = MemorySegment.ofArray(frame);
      RequestDescriptor.encode(segment, 0, operation, key, value, argument);
      if (operation == Operation.WRITE_ALL) {
        segment.set(ValueLayout.JAVA_BYTE, RequestDescriptor.OPERATION_OFFSET, NO_OPERATION);
      }
      return frame;
    }

    private Status execute(byte[] frame) {
      executor.execute(session, MemorySegment.ofArray(frame), 0, frame.length, buffer);
      assertThat(reply.wrap(buffer.memory(), 0, buffer.length())).isTrue();
      return reply.status();
    }

    @Override
    protected Status ask(Operation operation, Slice key, Slice value, long argument) {
      return execute(frame(operation, key, value, argument));
    }

    @Override
    protected int send(Operation operation, Slice key, Slice value) {
      sent.add(frame(operation, key, value, 0));
      return 0;
    }

    @Override
    protected void sendAll() {}

    @Override
    protected boolean sendsAtOnce() {
      return true;
    }

    @Override
    protected Status receive(int path, ValueSink sink) {
      return give(execute(sent.remove()), sink);
    }

    @Override
    protected boolean isReady(int path) {
      return true;
    }

    @Override
    protected void checkConnection() {}

    @Override
    protected void stopWaiting() {}

    @Override
    protected void release() {
      buffer.close();
      store.close();
    }
  }

  @Test
  void shouldSayThatItKnowsNoBatchesAndGoOn() {
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("key"), Slice.of("new"));
    try (Connected client = new Connected();
        ValueBuffer value = new ValueBuffer()) {
      client.put(Slice.of("key"), Slice.of("old"));
      assertThat(client.writeAll(batch)).isEqualTo(Status.UNKNOWN_OPERATION);
      client.submitWriteAll(batch);
      client.submitGet(Slice.of("key"));
      assertThat(client.complete(value)).isEqualTo(Status.UNKNOWN_OPERATION);
      assertThat(client.complete(value)).isEqualTo(Status.FOUND);
      assertThat(client.get("key".getBytes(UTF_8))).asString(UTF_8).isEqualTo("old");
    }
  }

  /** Its memory could be in use by the thread that closes it. */
  @Test
  void shouldNotWriteABatchOnceItIsClosed() {
    WriteBatch batch = new WriteBatch();
    Slice unreadable = new Slice();
    try (Arena arena = Arena.ofConfined()) {
      unreadable.set(arena.allocate(10), 0, 10);
      batch.put(Slice.of("key"), unreadable);
    }
    Connected client = new Connected();
    client.close();
    assertThatThrownBy(() -> client.submitWriteAll(batch))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the client of 127.0.0.1:1 is closed");
  }
}
