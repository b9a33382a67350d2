// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.Structs;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkCompletionsTest {

  private final WorkCompletions completions = new WorkCompletions(4);

  @BeforeEach
  void pretendThatTwoCame() {
    completions.count(2);
  }

  private Structure second() {
    long bytes = Structs.IBV_WC.byteSize();
    return new Structure(Structs.IBV_WC, completions.memory().asSlice(bytes, bytes));
  }

  private void put(String member, long value) {
    second().set(value, member);
  }

  @Test
  void shouldReadEveryMember() {
    put("wr_id", 1L << 40);
    put("status", Ibv.IBV_WC_SUCCESS);
    put("opcode", Ibv.IBV_WC_RECV_RDMA_WITH_IMM);
    put("vendor_err", 3);
    put("byte_len", 4);
    put("qp_num", 5);
    put("src_qp", 6);
    put("wc_flags", Ibv.IBV_WC_WITH_IMM | Ibv.IBV_WC_GRH);
    long immediate = Structs.offset(Structs.IBV_WC, "imm_data");
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});
    MemorySegment.copy(bytes, 0, second().memory(), immediate, 4);
    put("pkey_index", -1);
    put("slid", 0xABCD);
    put("sl", 7);
    put("dlid_path_bits", 8);
    assertThat(completions.id(1)).isEqualTo(1L << 40);
    assertThat(completions.isSuccess(1)).isTrue();
    assertThat(completions.opcode(1)).isEqualTo(Opcode.RECEIVE_WRITE_WITH_IMMEDIATE);
    assertThat(completions.isReceive(1)).isTrue();
    assertThat(completions.vendorError(1)).isEqualTo(3);
    assertThat(completions.byteLength(1)).isEqualTo(4);
    assertThat(completions.hasImmediate(1)).isTrue();
    assertThat(completions.immediate(1)).isEqualTo(0x01020304);
    assertThat(completions.queuePairNumber(1)).isEqualTo(5);
    assertThat(completions.sourceQueuePair(1)).isEqualTo(6);
    assertThat(completions.hasGlobalRoutingHeader(1)).isTrue();
    assertThat(completions.partitionKeyIndex(1)).isEqualTo(0xFFFF);
    assertThat(completions.sourceLid(1)).isEqualTo(0xABCD);
    assertThat(completions.serviceLevel(1)).isEqualTo(7);
    assertThat(completions.pathBits(1)).isEqualTo(8);
  }

  @Test
  void shouldKnowEveryStatusByItsNumber() {
    for (CompletionStatus status : CompletionStatus.values()) {
      if (status != CompletionStatus.UNKNOWN) {
        put("status", status.code());
        assertThat(completions.status(1)).isEqualTo(status);
        assertThat(completions.isSuccess(1)).isEqualTo(status == CompletionStatus.SUCCESS);
      }
    }
    put("status", 99);
    assertThat(completions.status(1)).isEqualTo(CompletionStatus.UNKNOWN);
  }

  @Test
  void shouldDescribeAFailure() {
    put("status", Ibv.IBV_WC_REM_ACCESS_ERR);
    put("qp_num", 17);
    put("vendor_err", 0x88);
    assertThat(completions.describe(1))
        .isEqualTo(
            "request 0 of queue pair 17: REM_ACCESS_ERR: the peer refused access: the remote"
                + " address, length or rkey is not within a memory region that permits this, or its"
                + " queue pair does not (vendor error 0x88)");
  }

  @Test
  void shouldNotShowWhatTheLastPollDidNotLeave() {
    assertThatThrownBy(() -> completions.id(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> completions.address(5)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
