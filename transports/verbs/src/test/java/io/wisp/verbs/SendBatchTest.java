// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.Library;
import io.wisp.verbs.raw.Structs;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SendBatchTest {

  private static final StructLayout REQUEST = Structs.IBV_SEND_WR;

  private final SendBatch batch = new SendBatch(4, 2, 16);

  private long field(int index, String... path) {
    MemorySegment request = batch.memory().asSlice(index * REQUEST.byteSize(), REQUEST);
    return new Structure(REQUEST, request).longNumber(path);
  }

  private long piece(int index, int piece, String member) {
    long at = field(index, "sg_list") + piece * Structs.IBV_SGE.byteSize();
    return Structure.at(Structs.IBV_SGE, at).longNumber(member);
  }

  @Test
  void shouldBeginAsUnsignalledSendsOfNothing() {
    for (int i = 0; i < batch.capacity(); i++) {
      assertThat(field(i, "wr_id")).isZero();
      assertThat(field(i, "opcode")).isEqualTo(Ibv.IBV_WR_SEND);
      assertThat(field(i, "send_flags")).isZero();
      assertThat(field(i, "num_sge")).isZero();
    }
  }

  @Test
  void shouldEncodeARead() {
    batch
        .id(2, 99)
        .flags(2, SendFlags.SIGNALED | SendFlags.FENCE)
        .local(2, 0x7000, 64, 11)
        .read(2, 0x8000_0000_0000L, 22);
    assertThat(field(2, "wr_id")).isEqualTo(99);
    assertThat(field(2, "opcode")).isEqualTo(Ibv.IBV_WR_RDMA_READ);
    assertThat(field(2, "send_flags")).isEqualTo(Ibv.IBV_SEND_SIGNALED | Ibv.IBV_SEND_FENCE);
    assertThat(field(2, "num_sge")).isEqualTo(1);
    assertThat(field(2, "wr", "rdma", "remote_addr")).isEqualTo(0x8000_0000_0000L);
    assertThat(field(2, "wr", "rdma", "rkey")).isEqualTo(22);
    assertThat(piece(2, 0, "addr")).isEqualTo(0x7000);
    assertThat(piece(2, 0, "length")).isEqualTo(64);
    assertThat(piece(2, 0, "lkey")).isEqualTo(11);
  }

  @Test
  void shouldEncodeAWriteWithImmediateDataInNetworkOrder() {
    batch.writeWithImmediate(0, 0x9000, 22, 0x01020304);
    assertThat(field(0, "opcode")).isEqualTo(Ibv.IBV_WR_RDMA_WRITE_WITH_IMM);
    long at = Structs.offset(REQUEST, "imm_data");
    assertThat(batch.memory().asSlice(at, 4).toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void shouldEncodeEveryOperation() {
    batch.write(0, 1, 2);
    assertThat(field(0, "opcode")).isEqualTo(Ibv.IBV_WR_RDMA_WRITE);
    batch.sendWithImmediate(0, 7);
    assertThat(field(0, "opcode")).isEqualTo(Ibv.IBV_WR_SEND_WITH_IMM);
    batch.send(0);
    assertThat(field(0, "opcode")).isEqualTo(Ibv.IBV_WR_SEND);
    batch.compareAndSwap(0, 0x10, 5, 6, 7);
    assertThat(field(0, "opcode")).isEqualTo(Ibv.IBV_WR_ATOMIC_CMP_AND_SWP);
    assertThat(field(0, "wr", "atomic", "remote_addr")).isEqualTo(0x10);
    assertThat(field(0, "wr", "atomic", "rkey")).isEqualTo(5);
    assertThat(field(0, "wr", "atomic", "compare_add")).isEqualTo(6);
    assertThat(field(0, "wr", "atomic", "swap")).isEqualTo(7);
    batch.fetchAndAdd(0, 0x18, 5, -1);
    assertThat(field(0, "opcode")).isEqualTo(Ibv.IBV_WR_ATOMIC_FETCH_AND_ADD);
    assertThat(field(0, "wr", "atomic", "compare_add")).isEqualTo(-1);
  }

  @Test
  void shouldNameSeveralPiecesOfMemory() {
    batch.local(1, 0, 0x1000, 10, 3).local(1, 1, 0x2000, 20, 4);
    assertThat(field(1, "num_sge")).isEqualTo(2);
    assertThat(piece(1, 0, "addr")).isEqualTo(0x1000);
    assertThat(piece(1, 1, "addr")).isEqualTo(0x2000);
    assertThat(piece(1, 1, "length")).isEqualTo(20);
    batch.nothing(1);
    assertThat(field(1, "num_sge")).isZero();
  }

  @Test
  void shouldCopyInlineDataAndKeepTheMarkWhenFlagsChange() {
    MemorySegment text = MemorySegment.ofArray("..inline..".getBytes(StandardCharsets.US_ASCII));
    batch.inline(3, text, 2, 6).flags(3, SendFlags.SIGNALED);
    assertThat(field(3, "send_flags")).isEqualTo(Ibv.IBV_SEND_INLINE | Ibv.IBV_SEND_SIGNALED);
    MemorySegment copy = Library.memory(piece(3, 0, "addr"), piece(3, 0, "length"));
    assertThat(copy.toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo("inline".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void shouldNeverMarkForeignMemoryAsInline() {
    batch.inline(0, MemorySegment.ofArray(new byte[4]), 0, 4).local(0, 0x1000, 4, 3);
    assertThat(field(0, "send_flags")).isZero();
    batch.flags(0, -1);
    assertThat(field(0, "send_flags") & Ibv.IBV_SEND_INLINE).isZero();
  }

  @Test
  void shouldRefuseMoreInlineDataThanThereIsRoomFor() {
    assertThatThrownBy(() -> batch.inline(0, MemorySegment.ofArray(new byte[17]), 0, 17))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the requests of this batch can carry 16 bytes inline, not 17");
  }

  @Test
  void shouldRefuseWhatDoesNotExist() {
    assertThatThrownBy(() -> batch.id(4, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> batch.id(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> batch.local(0, 2, 0, 0, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> batch.local(0, 0x1000, -1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new SendBatch(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0, 1, 0");
  }
}
