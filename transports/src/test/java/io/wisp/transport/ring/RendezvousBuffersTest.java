// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class RendezvousBuffersTest {

  private static final int SHORT_BEFORE_TRIMMING = 1_024;

  private int allocated;
  private final RendezvousBuffers buffers =
      new RendezvousBuffers(Counted::new, RendezvousBuffers.UNLIMITED);

  private final class Counted implements LocalBuffer {

    private final MemorySegment memory;

    Counted(long bytes) {
      memory = Arena.ofAuto().allocate(bytes, 64);
      allocated++;
    }

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
      allocated--;
    }
  }

  private void noteShort(int count) {
    for (int i = 0; i < count; i++) {
      buffers.noteShort();
    }
  }

  @Test
  void shouldKeepABufferWhileThereAreLongOnesNowAndThen() {
    LocalBuffer first = buffers.takeUnlimited(1);
    for (int i = 0; i < 10; i++) {
      buffers.giveBack(first);
      noteShort(SHORT_BEFORE_TRIMMING - 1);
      assertThat(buffers.takeUnlimited(1)).isSameAs(first);
    }
    assertThat(allocated).isOne();
  }

  @Test
  void shouldFreeABufferAfterManyShortOnesEveryTime() {
    noteShort(2 * SHORT_BEFORE_TRIMMING);
    for (int i = 0; i < 3; i++) {
      buffers.giveBack(buffers.takeUnlimited(1));
      noteShort(SHORT_BEFORE_TRIMMING - 1);
      assertThat(allocated).isOne();
      noteShort(1);
      assertThat(allocated).isZero();
    }
  }

  @Test
  void shouldLeaveWhatIsInUse() {
    LocalBuffer used = buffers.takeUnlimited(1);
    noteShort(2 * SHORT_BEFORE_TRIMMING);
    assertThat(allocated).isOne();
    buffers.giveBack(used);
    buffers.close();
    assertThat(allocated).isZero();
  }
}
