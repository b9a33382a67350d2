// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.codec.RequestExecutor;
import io.wisp.store.HeapStore;
import io.wisp.transport.Overridden;
import io.wisp.transport.ring.BufferSource;
import io.wisp.transport.ring.DelayedLink;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.RendezvousBuffers;
import io.wisp.transport.ring.RingLimits;
import io.wisp.transport.ring.handshake.ServedClient;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a thread keeps for the connections of a device, once that was given up. */
class GivenUpSourceTest {

  private static final RingLimits RINGS = new RingLimits(1 << 20);

  private final HeapStore store = new HeapStore();
  private final ThreadContext context =
      ThreadContext.of(
          new RequestExecutor(store, null, () -> ""),
          null,
          new ServerLimits(RINGS, 4 << 20, Duration.ofSeconds(30), Duration.ofSeconds(30)),
          System::nanoTime);
  private final CountingSource source = new CountingSource();
  private final RemoteMemory memory =
      Overridden.in(
          RemoteMemory.class,
          new DelayedLink(RINGS.ringBytes()).right(),
          Map.of("buffers", original -> source));
  private final ServerConnection first = connection(0);
  private final ServerConnection second = connection(1);
  private final RendezvousBuffers buffers = context.buffersOf(memory);

  @AfterEach
  void close() {
    context.close();
    store.close();
  }

  private ServerConnection connection(int number) {
    ServedClient client =
        new ServedClient() {
          @Override
          public int number() {
            return number;
          }

          @Override
          public void begin() {}

          @Override
          public void end() {}
        };
    return new ServerConnection(number, memory, context, client);
  }

  /** A source that counts the buffers of it that are there. */
  private static final class CountingSource implements BufferSource {

    private int buffers;
    private boolean givenUp;

    @Override
    public LocalBuffer allocate(long bytes) {
      buffers++;
      return new LocalBuffer() {
        private final MemorySegment memory = Arena.ofAuto().allocate(bytes, 64);

        @Override
        public MemorySegment memory() {
          return memory;
        }

        @Override
        public RemoteBuffer remote() {
          return RemoteBuffer.NONE;
        }

        @Override
        public void close() {
          buffers--;
        }
      };
    }

    @Override
    public boolean isGivenUp() {
      return givenUp;
    }
  }

  @Test
  void shouldKeepABufferForTheNextConnectionOfADeviceThatWorks() {
    buffers.giveBack(buffers.takeUnlimited(1));
    first.close();
    second.close();
    assertThat(source.buffers).isOne();
    assertThat(context.buffersOf(memory)).isSameAs(buffers);
  }

  @Test
  void shouldFreeWhatWasKeptOfADeviceThatWasGivenUp() {
    buffers.giveBack(buffers.takeUnlimited(1));
    source.givenUp = true;
    first.close();
    assertThat(source.buffers).isZero();
    assertThat(context.buffers()).isEmpty();
  }

  @Test
  void shouldFreeWhatIsGivenBackAfterTheDeviceWasGivenUp() {
    LocalBuffer used = buffers.takeUnlimited(1);
    source.givenUp = true;
    first.close();
    assertThat(source.buffers).isOne();
    buffers.giveBack(used);
    second.close();
    assertThat(source.buffers).isZero();
  }
}
