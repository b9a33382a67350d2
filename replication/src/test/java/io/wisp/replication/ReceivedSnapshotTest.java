// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.SegmentedRaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.StorageImplUtils;
import org.apache.ratis.util.SizeInBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a log of Ratis, on the disk too, when a leader's snapshot comes. */
class ReceivedSnapshotTest {

  private static final long FORMER = 5;
  private static final TermIndex END = TermIndex.valueOf(6, 12);

  @TempDir private Path folder;
  private final RaftGroupMemberId member =
      RaftGroupMemberId.valueOf(RaftPeerId.valueOf("b"), RaftGroupId.randomId());
  private final List<AutoCloseable> open = new ArrayList<>();
  private QuietLogs logs;

  @BeforeEach
  void quieten() throws IOException {
    logs = QuietLogs.into(folder.resolve("raft.log"));
  }

  @AfterEach
  void end() throws Exception {
    close();
    logs.close();
  }

  private RaftLog open(RaftStorage.StartupOption option, long snapshot) throws IOException {
    RaftStorage storage =
        StorageImplUtils.newRaftStorage(
            folder.resolve("log").toFile(), SizeInBytes.ZERO, option, CorruptionPolicy.EXCEPTION);
    open.add(storage);
    storage.initialize();
    RaftLog log =
        SegmentedRaftLog.newBuilder()
            .setMemberId(member)
            .setStorage(storage)
            .setSnapshotIndexSupplier(() -> snapshot)
            .setProperties(new RaftProperties())
            .build();
    open.addFirst(log);
    log.open(snapshot, null);
    return log;
  }

  private void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    open.clear();
  }

  private static void append(RaftLog log, long term, long index) throws Exception {
    assertThat(
            log.appendEntry(
                    LogEntryProto.newBuilder()
                        .setTerm(term)
                        .setIndex(index)
                        .setStateMachineLogEntry(StateMachineLogEntryProto.getDefaultInstance())
                        .build())
                .get())
        .isEqualTo(index);
  }

  /** Entries of a former leader from 10 to 14, in whose midst the snapshot ends. */
  private RaftLog ofFormerLeader() throws Exception {
    RaftLog log = open(RaftStorage.StartupOption.FORMAT, RaftLog.INVALID_LOG_INDEX);
    for (int i = 0; i < 15; i++) {
      append(log, i < 10 ? 4 : FORMER, i);
    }
    return log;
  }

  private static void cutOff(RaftLog log, TermIndex end) throws Exception {
    RaftServer.Division division =
        (RaftServer.Division)
            Proxy.newProxyInstance(
                RaftServer.Division.class.getClassLoader(),
                new Class<?>[] {RaftServer.Division.class},
                (proxy, method, arguments) -> log);
    Object ignored = ReceivedSnapshot.cutOffRefuted(division, end).get();
  }

  @Test
  void shouldKeepNoEntryOfAFormerLeaderInWhoseMidstItEnds() throws Exception {
    RaftLog log = ofFormerLeader();
    cutOff(log, END);
    var _ = log.onSnapshotInstalled(END.getIndex()).get();
    assertThat(log.getTermIndex(END.getIndex())).isNull();
    assertThat(log.getNextIndex()).isEqualTo(END.getIndex() + 1);
    append(log, END.getTerm(), END.getIndex() + 1);
    close();
    log = open(RaftStorage.StartupOption.RECOVER, END.getIndex());
    assertThat(log.getStartIndex()).isEqualTo(END.getIndex() + 1);
    assertThat(log.getLastEntryTermIndex()).isEqualTo(TermIndex.valueOf(6, 13));
  }

  /** The snapshot is in its place, and the log is as it was before. */
  @Test
  void shouldKeepNoneEvenIfTheProcessEndsInTheMidst() throws Exception {
    cutOff(ofFormerLeader(), END);
    close();
    RaftLog log = open(RaftStorage.StartupOption.RECOVER, END.getIndex());
    assertThat(log.getTermIndex(END.getIndex())).isNull();
    assertThat(log.getLastEntryTermIndex()).isNull();
  }

  @Test
  void shouldKeepWhatFollowsItsOwnEnd() throws Exception {
    RaftLog log = ofFormerLeader();
    cutOff(log, TermIndex.valueOf(FORMER, 12));
    assertThat(log.getLastEntryTermIndex()).isEqualTo(TermIndex.valueOf(FORMER, 14));
    cutOff(log, TermIndex.valueOf(FORMER, 90));
    assertThat(log.getLastEntryTermIndex()).isEqualTo(TermIndex.valueOf(FORMER, 14));
  }
}
