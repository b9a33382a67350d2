// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.FileChunkProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.SnapshotChunkProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorageDirectory;

/**
 * What a member receives of its leader's snapshot. Ratis writes it, and forces none of it to the
 * disk, though a leader counts on all that it has: so that is done here, part by part, before the
 * leader is answered.
 */
final class ReceivedSnapshot {

  private ReceivedSnapshot() {}

  /**
   * Cuts off what the log has from a snapshot's end on, if it has another entry there than the
   * snapshot: these are a former leader's, and nobody else's, and the snapshot may end in their
   * midst. Ratis would keep them, and would go by the log where it is asked for the entry at which
   * the snapshot ends. As a leader the member would hand them on.
   *
   * @return what is done when they are off the disk
   */
  static CompletableFuture<?> cutOffRefuted(RaftServer.Division division, TermIndex end) {
    RaftLog log = division.getRaftLog();
    // Whoever appends has this lock.
    synchronized (division) {
      TermIndex there = log.getTermIndex(end.getIndex());
      return there == null || there.equals(end)
          ? CompletableFuture.completedFuture(end.getIndex())
          : log.truncate(end.getIndex());
    }
  }

  /** Forces to the disk what a request has brought, when Ratis has written it. */
  static void force(RaftStorageDirectory storage, SnapshotChunkProto part) throws IOException {
    // Until the last part has come it is elsewhere.
    Path draft = storage.getTmpDir().toPath().resolve("snapshot-" + part.getRequestId());
    Path folder = part.getDone() ? storage.getStateMachineDir().toPath() : draft;
    for (FileChunkProto chunk : part.getFileChunksList()) {
      Path file = folder.resolve(Path.of(chunk.getFilename()).getFileName());
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      DurableFiles.forceName(file);
    }
    if (part.getDone()) {
      DurableFiles.forceName(folder);
    }
  }
}
