// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.SnapshotChunkProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a follower says of entries while its disk is slow, and other members stand for election. */
class CheckedAppendsTest {

  private static final RaftGroupId GROUP = RaftGroupId.randomId();
  private static final RaftPeerId SELF = RaftPeerId.valueOf("c#0123abcd");

  private static final AppendEntriesReplyProto SUCCESS =
      AppendEntriesReplyProto.newBuilder()
          .setServerReply(RaftRpcReplyProto.newBuilder().setSuccess(true))
          .setTerm(6)
          .setResult(AppendResult.SUCCESS)
          .build();

  private long term = 6;
  private @Nullable TermIndex there = TermIndex.valueOf(6, 12);
  private final ArrayDeque<CompletableFuture<AppendEntriesReplyProto>> appends = new ArrayDeque<>();
  private final DivisionInfo info =
      answering(DivisionInfo.class, Map.of("getCurrentTerm", () -> term));
  private long flushed = 12;
  private CompletableFuture<Long> cutOff = CompletableFuture.completedFuture(11L);
  private final List<String> calls = new ArrayList<>();
  private final RaftLog log =
      answering(
          RaftLog.class,
          Map.of(
              "getTermIndex",
              () -> there,
              "getFlushIndex",
              () -> flushed,
              "truncate",
              this::truncate));

  private final RaftServer.Division division =
      answering(RaftServer.Division.class, Map.of("getInfo", () -> info, "getRaftLog", () -> log));

  private final RaftServer server =
      CheckedAppends.of(
          answering(
              RaftServer.class,
              Map.of(
                  "getDivision",
                  () -> division,
                  "getId",
                  () -> SELF,
                  "requestVote",
                  RequestVoteReplyProto::getDefaultInstance,
                  "installSnapshot",
                  () -> {
                    calls.add("installSnapshot");
                    return InstallSnapshotReplyProto.newBuilder()
                        .setResult(InstallSnapshotResult.IN_PROGRESS)
                        .build();
                  },
                  "appendEntriesAsync",
                  this::append)));

  /** The proxy hands it on. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private Object truncate() {
    calls.add("truncate");
    return cutOff;
  }

  /** The proxy hands it on. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private Object append() {
    CompletableFuture<AppendEntriesReplyProto> reply = new CompletableFuture<>();
    appends.add(reply);
    return reply;
  }

  private static <T> T answering(Class<T> type, Map<String, Supplier<@Nullable Object>> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                Objects.requireNonNull(answers.get(method.getName()), method.getName()).get()));
  }

  private static RaftRpcRequestProto requestTo(RaftPeerId addressee) {
    return RaftRpcRequestProto.newBuilder()
        .setReplyId(addressee.toByteString())
        .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(GROUP.toByteString()))
        .build();
  }

  private static AppendEntriesRequestProto request(long leaderTerm, int entries) {
    AppendEntriesRequestProto.Builder request =
        AppendEntriesRequestProto.newBuilder()
            .setServerRequest(requestTo(SELF))
            .setLeaderTerm(leaderTerm);
    for (int i = entries; i > 0; i--) {
      request.addEntries(LogEntryProto.newBuilder().setTerm(leaderTerm).setIndex(13 - i));
    }
    return request.build();
  }

  @Test
  void shouldAcknowledgeWhatItHasInTheTermOfTheLeader() throws Exception {
    CompletableFuture<AppendEntriesReplyProto> reply = server.appendEntriesAsync(request(6, 2));
    assertThat(reply).isNotDone();
    appends.remove().complete(SUCCESS);
    assertThat(reply.get()).isEqualTo(SUCCESS);
  }

  @Test
  void shouldAcknowledgeNothingToALeaderOfAnEarlierTerm() throws Exception {
    CompletableFuture<AppendEntriesReplyProto> reply = server.appendEntriesAsync(request(6, 2));
    term = 7;
    appends.remove().complete(SUCCESS);
    assertThat(reply.get().getResult()).isEqualTo(AppendResult.NOT_LEADER);
    assertThat(reply.get().getTerm()).isEqualTo(7);
    assertThat(reply.get().getServerReply().getSuccess()).isFalse();
  }

  @Test
  void shouldNotAcknowledgeAnEntryOfAnotherTermInItsPlace() throws Exception {
    for (TermIndex other : new TermIndex[] {null, TermIndex.valueOf(5, 12)}) {
      there = other;
      CompletableFuture<AppendEntriesReplyProto> reply = server.appendEntriesAsync(request(6, 1));
      appends.remove().complete(SUCCESS);
      assertThatThrownBy(reply::get).hasMessageContaining("in the place of");
    }
  }

  @Test
  void shouldTakeNothingOfANewLeaderBeforeTheOldOnesEntriesAreDone() throws Exception {
    var _ = server.appendEntriesAsync(request(6, 2));
    var _ = server.appendEntriesAsync(request(6, 1));
    assertThatThrownBy(() -> server.appendEntriesAsync(request(7, 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("of term 6");
    appends.remove().complete(SUCCESS);
    assertThatThrownBy(() -> server.appendEntriesAsync(request(7, 1)))
        .isInstanceOf(IOException.class);
    // A heartbeat has nothing to be appended.
    var _ = server.appendEntriesAsync(request(7, 0));
    assertThat(appends).hasSize(2);
    appends.remove().complete(SUCCESS);
    var _ = server.appendEntriesAsync(request(7, 1));
    assertThat(appends).hasSize(2);
  }

  /** Ratis would go by the members that it names. */
  @Test
  void shouldTakeNoSnapshotOfALeaderOfAnEarlierTerm() throws IOException {
    InstallSnapshotRequestProto snapshot =
        InstallSnapshotRequestProto.newBuilder()
            .setServerRequest(requestTo(SELF))
            .setLeaderTerm(5)
            .build();
    assertThatThrownBy(() -> server.installSnapshot(snapshot))
        .isInstanceOf(IOException.class)
        .hasMessage("a snapshot of the leader of term 5 comes in term 6");
    assertThat(calls).isEmpty();
    term = 5;
    var _ = server.installSnapshot(snapshot);
    assertThat(calls).containsExactly("installSnapshot");
  }

  /** A part of the snapshot that ends with entry 12. */
  private static InstallSnapshotRequestProto snapshot(boolean last) {
    return InstallSnapshotRequestProto.newBuilder()
        .setServerRequest(requestTo(SELF))
        .setLeaderTerm(6)
        .setSnapshotChunk(
            SnapshotChunkProto.newBuilder()
                .setTermIndex(TermIndex.valueOf(6, 12).toProto())
                .setDone(last))
        .build();
  }

  @Test
  void shouldCutOffWhatTheSnapshotOfTheLeaderRefutes() throws Exception {
    there = TermIndex.valueOf(5, 12);
    var _ = server.installSnapshot(snapshot(false));
    assertThat(calls).containsExactly("installSnapshot");
    calls.clear();
    var _ = server.installSnapshot(snapshot(true));
    assertThat(calls).containsExactly("truncate", "installSnapshot");
  }

  @Test
  void shouldKeepWhatTheSnapshotOfTheLeaderDoesNotRefute() throws Exception {
    for (TermIndex same : new TermIndex[] {null, TermIndex.valueOf(6, 12)}) {
      there = same;
      calls.clear();
      var _ = server.installSnapshot(snapshot(true));
      assertThat(calls).containsExactly("installSnapshot");
    }
  }

  /** Ratis would forget the entries, and wait for them without end. */
  @Test
  void shouldTakeNoSnapshotBeforeEntriesAreOnTheDisk() throws Exception {
    var _ = server.appendEntriesAsync(request(6, 2));
    var _ = server.installSnapshot(snapshot(false));
    assertThatThrownBy(() -> server.installSnapshot(snapshot(true)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("of term 6");
    assertThat(calls).containsExactly("installSnapshot");
    appends.remove().complete(SUCCESS);
    var _ = server.installSnapshot(snapshot(true));
    assertThat(calls).hasSize(2);
  }

  @Test
  void shouldSayWhyTheLogCannotBeCutOff() {
    there = TermIndex.valueOf(5, 12);
    cutOff = CompletableFuture.failedFuture(new IOException("no space"));
    assertThatThrownBy(() -> server.installSnapshot(snapshot(true)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no space");
    assertThat(calls).containsExactly("truncate");
  }

  /** Where the log was longer before, Ratis answers at once. */
  @Test
  void shouldNotAcknowledgeWhatIsNotOnTheDisk() throws Exception {
    flushed = 11;
    CompletableFuture<AppendEntriesReplyProto> reply = server.appendEntriesAsync(request(6, 2));
    appends.remove().complete(SUCCESS);
    assertThatThrownBy(reply::get).hasMessageContaining("the disk does not have");
    flushed = 12;
    CompletableFuture<AppendEntriesReplyProto> again = server.appendEntriesAsync(request(6, 2));
    appends.remove().complete(SUCCESS);
    assertThat(again.get()).isEqualTo(SUCCESS);
  }

  /** One that begins anew at the address of another would vote, and acknowledge, for both. */
  @Test
  void shouldNotAnswerInTheNameOfTheMemberThatWasThereBefore() throws Exception {
    RaftRpcRequestProto toFormer = requestTo(RaftPeerId.valueOf("c"));
    assertThatThrownBy(
            () ->
                server.appendEntriesAsync(
                    request(6, 1).toBuilder().setServerRequest(toFormer).build()))
        .isInstanceOf(IOException.class)
        .hasMessage("this is member c#0123abcd, and not c");
    RequestVoteRequestProto vote =
        RequestVoteRequestProto.newBuilder().setServerRequest(toFormer).build();
    assertThatThrownBy(() -> server.requestVote(vote)).hasMessageContaining("and not c");
    assertThat(appends).isEmpty();
    RequestVoteRequestProto own = vote.toBuilder().setServerRequest(requestTo(SELF)).build();
    assertThat(server.requestVote(own)).isEqualTo(RequestVoteReplyProto.getDefaultInstance());
  }
}
