// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.SlotMoves;
import io.wisp.store.Store;
import io.wisp.transport.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots in a thread of its own while entries are carried out, when the log has grown by
 * as much as the store holds. {@link #advance} is for the thread that carries out entries.
 */
final class Snapshots implements AutoCloseable {

  /** To ask what the store holds takes longer than to carry out a short entry. */
  private static final int LOOKS_WHILE_LOG_GROWS_BY_LEAST = 64;

  /** Longer than a part of another member's takes. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Store store;
  private final SnapshotFolder folder;
  private final long leastBytes;
  private final Consumer<String> notices;
  private long bytesSince;
  private long lookAt;
  private volatile @Nullable Thread thread;
  private volatile SnapshotFolder.@Nullable Snapshot finished;
  private volatile boolean stopped;

  /** None is taken before, by {@link System#nanoTime}. */
  private volatile long restsUntil = System.nanoTime();

  /**
   * Those of a store.
   *
   * @param leastBytes of log before there is one
   */
  Snapshots(Store store, SnapshotFolder folder, long leastBytes, Consumer<String> notices) {
    this.store = store;
    this.folder = folder;
    this.leastBytes = leastBytes;
    lookAt = leastBytes;
    this.notices = notices;
  }

  /** The log has so many bytes more, and they were carried out. */
  void count(int bytes) {
    bytesSince += bytes;
  }

  /**
   * Begins one if it is time.
   *
   * @param at the last entry that was carried out
   * @param applied version of its last write
   * @param moves what the log has said of moves of slots by then
   * @return the one that has been finished since this was asked last, or null
   */
  SnapshotFolder.@Nullable Snapshot advance(TermIndex at, long applied, SlotMoves moves)
      throws IOException {
    Thread running = thread;
    if (rests() || (running != null && running.isAlive())) {
      return null;
    }
    thread = null;
    SnapshotFolder.Snapshot done = finished;
    finished = null;
    if (done != null) {
      folder.published(done);
      return done;
    }
    if (isTime()) {
      bytesSince = 0;
      lookAt = leastBytes;
      Path file = folder.fileFor(at);
      try {
        thread =
            Thread.ofPlatform()
                .daemon()
                .name("wisp-snapshot")
                .start(() -> take(new SnapshotFolder.Snapshot(file, at), applied, moves));
      } catch (OutOfMemoryError e) {
        // Of a thread too. The log goes on.
        giveNotice(e);
      }
    }
    return null;
  }

  private boolean rests() {
    return System.nanoTime() - restsUntil < 0;
  }

  /**
   * Takes none for a while, and gives up one that is being taken: one of another member is on its
   * way, and comes into the same folder. In any thread.
   */
  void rest() {
    restsUntil = System.nanoTime() + REST_NANOS;
  }

  /**
   * That of another member has come, and what was taken here counts no more. For the thread that
   * carries out entries.
   */
  void begin() {
    Thread running = thread;
    if (running != null) {
      // It gives up, for it rests.
      Threads.joinUninterruptibly(running);
    }
    thread = null;
    finished = null;
    bytesSince = 0;
    lookAt = leastBytes;
    restsUntil = System.nanoTime();
  }

  private boolean isTime() {
    if (bytesSince < lookAt) {
      return false;
    }
    lookAt = bytesSince + leastBytes / LOOKS_WHILE_LOG_GROWS_BY_LEAST;
    return bytesSince >= store.statistics().recordBytes();
  }

  private void take(SnapshotFolder.Snapshot snapshot, long applied, SlotMoves moves) {
    try {
      SnapshotWriter writer = new SnapshotWriter(store, moves, () -> stopped || rests());
      if (writer.write(snapshot.file(), applied)) {
        finished = snapshot;
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      if (!stopped && !rests()) {
        giveNotice(e);
      }
    }
  }

  private void giveNotice(Throwable failure) {
    try {
      notices.accept(
          "a snapshot could not be taken, and the log goes on growing: "
              + RaftEngine.reason(failure));
    } catch (OutOfMemoryError e) {
      // The next one says so, or is taken.
    }
  }

  /** Gives up one that is being taken, and waits until its thread is out of the store. */
  @Override
  public void close() {
    stopped = true;
    Thread running = thread;
    if (running != null) {
      Threads.joinUninterruptibly(running);
    }
  }
}
