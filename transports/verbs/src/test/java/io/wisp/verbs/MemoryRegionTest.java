// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.verbs.raw.Library;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class MemoryRegionTest {

  @AutoClose private final Loopback loopback = new Loopback(QueuePairType.RC);

  private CompletionStatus run(SendBatch sends) {
    sends.flags(0, SendFlags.SIGNALED);
    loopback.nearPair.post(sends, 1);
    loopback.await(loopback.nearQueue, 1);
    return loopback.completions.status(0);
  }

  @Test
  void shouldTellWhatItIs() {
    MemorySegment segment = loopback.arena.allocate(100);
    MemoryRegion region =
        loopback.domain.register(segment, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_READ);
    assertThat(region.segment()).isEqualTo(segment);
    assertThat(region.address()).isEqualTo(segment.address());
    assertThat(region.length()).isEqualTo(100);
    assertThat(region.access()).isEqualTo(Set.of(AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_READ));
    assertThat(region.domain()).isSameAs(loopback.domain);
  }

  @Test
  void shouldReachBeyond4GiB() throws IOException {
    long length = (4L << 30) + (64L << 20);
    try (RepeatedMemory memory = new RepeatedMemory(length, 64L << 20)) {
      MemoryRegion large = loopback.domain.register(memory.segment(), Loopback.EVERYTHING);
      assertThat(large.length()).isEqualTo(length);
      loopback.near.segment().set(ValueLayout.JAVA_LONG, 0, 4711);
      SendBatch sends = new SendBatch(1);
      loopback.nearPiece(sends, 8).write(0, large.address() + length - 8, large.rkey());
      assertThat(run(sends)).isEqualTo(CompletionStatus.SUCCESS);
      assertThat(memory.segment().get(ValueLayout.JAVA_LONG, length - 8)).isEqualTo(4711);
      sends
          .local(0, large.address() + length - 8, 8, large.lkey())
          .read(0, loopback.far.address(), loopback.far.rkey());
      loopback.far.segment().set(ValueLayout.JAVA_LONG, 0, 1174);
      assertThat(run(sends)).isEqualTo(CompletionStatus.SUCCESS);
      assertThat(memory.segment().get(ValueLayout.JAVA_LONG, length - 8)).isEqualTo(1174);
      loopback.nearPiece(sends, 8).write(0, large.address() + length - 7, large.rkey());
      assertThat(run(sends)).isEqualTo(CompletionStatus.REM_ACCESS_ERR);
      large.close();
    }
  }

  @Test
  void shouldNameTheWholeLengthOfARegionThatIsRefused() {
    MemorySegment nothingThere = Library.memory(1L << 46, 5L << 30);
    assertThatThrownBy(() -> loopback.domain.register(nothingThere, AccessFlag.LOCAL_WRITE))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith(
            "ibv_reg_mr(device="
                + loopback.context.device().name()
                + ", address=0x400000000000, length=5368709120, access=LOCAL_WRITE): ");
  }

  @Test
  void shouldAcceptFlagsThatAKernelMayIgnore() {
    MemoryRegion region =
        loopback.domain.register(
            loopback.arena.allocate(64, 8),
            AccessFlag.LOCAL_WRITE,
            AccessFlag.REMOTE_WRITE,
            AccessFlag.RELAXED_ORDERING);
    SendBatch sends = new SendBatch(1);
    loopback.near.segment().set(ValueLayout.JAVA_LONG, 0, 4711);
    loopback.nearPiece(sends, 8).write(0, region.address(), region.rkey());
    assertThat(run(sends)).isEqualTo(CompletionStatus.SUCCESS);
    assertThat(region.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(4711);
  }

  @Test
  void shouldRefuseMemoryOnTheHeap() {
    assertThatThrownBy(() -> loopback.domain.register(MemorySegment.ofArray(new byte[10])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the memory of a region must lie outside the Java heap");
  }

  @Test
  void shouldRefuseMemoryThatIsEmptyOrReadOnlyOrFreed() {
    assertThatThrownBy(() -> loopback.domain.register(loopback.arena.allocate(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a memory region must have at least 1 byte");
    assertThatThrownBy(
            () ->
                loopback.domain.register(
                    loopback.arena.allocate(8).asReadOnly(), AccessFlag.LOCAL_WRITE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the segment is read-only, so it cannot be registered with LOCAL_WRITE");
    Arena arena = Arena.ofShared();
    MemorySegment freed = arena.allocate(8);
    arena.close();
    assertThatThrownBy(() -> loopback.domain.register(freed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the arena of the segment is closed");
  }

  @Test
  void shouldSayThatRemoteWritingNeedsLocalWriting() {
    assertThatThrownBy(
            () -> loopback.domain.register(loopback.arena.allocate(8), AccessFlag.REMOTE_WRITE))
        .isInstanceOf(VerbsException.class)
        .hasMessageEndingWith(
            "access=REMOTE_WRITE): EINVAL: REMOTE_WRITE and REMOTE_ATOMIC need LOCAL_WRITE too");
  }
}
