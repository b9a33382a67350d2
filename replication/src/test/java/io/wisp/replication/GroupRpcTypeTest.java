// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.Test;

/** What a follower says of entries that it has appended, when it has voted meanwhile. */
class GroupRpcTypeTest {

  private static final TermIndex LAST = TermIndex.valueOf(5, 12);

  private final AppendEntriesRequestProto request =
      AppendEntriesRequestProto.newBuilder()
          .setLeaderTerm(6)
          .addEntries(LogEntryProto.newBuilder().setTerm(5).setIndex(11))
          .addEntries(LogEntryProto.newBuilder().setTerm(5).setIndex(12))
          .build();

  private final AppendEntriesReplyProto success =
      AppendEntriesReplyProto.newBuilder()
          .setServerReply(RaftRpcReplyProto.newBuilder().setSuccess(true))
          .setTerm(6)
          .setMatchIndex(12)
          .setResult(AppendResult.SUCCESS)
          .build();

  @Test
  void shouldAcknowledgeWhatItHasInTheTermOfTheLeader() {
    assertThat(GroupRpcType.checked(request, success, 6, LAST)).isEqualTo(success);
  }

  @Test
  void shouldAcknowledgeNothingToALeaderOfAnEarlierTerm() {
    AppendEntriesReplyProto reply = GroupRpcType.checked(request, success, 7, LAST);
    assertThat(reply.getResult()).isEqualTo(AppendResult.NOT_LEADER);
    assertThat(reply.getTerm()).isEqualTo(7);
    assertThat(reply.getServerReply().getSuccess()).isFalse();
  }

  @Test
  void shouldNotAcknowledgeAnEntryOfAnotherTermInItsPlace() {
    for (TermIndex there : new TermIndex[] {null, TermIndex.valueOf(4, 12)}) {
      assertThatThrownBy(() -> GroupRpcType.checked(request, success, 6, there))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
