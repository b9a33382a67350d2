// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageDirectory;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.FileUtils;
import org.jspecify.annotations.Nullable;

/**
 * Where the snapshots of a log are: files {@code snapshot.TERM_INDEX}, named by the last entry
 * before their beginning. The newest counts, and the others go.
 */
final class SnapshotFolder implements StateMachineStorage {

  /**
   * A snapshot.
   *
   * @param at the last entry before its beginning
   */
  record Snapshot(Path file, TermIndex at) {}

  private static final Pattern NAME = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

  /** How Ratis names the former folder, before the time. */
  private static final String FORMER = RaftStorageDirectory.STATE_MACHINE_DIR_NAME + ".tmp";

  private @Nullable Path folder;
  private volatile @Nullable Snapshot latest;

  @Override
  public void init(RaftStorage storage) throws IOException {
    RaftStorageDirectory directory = storage.getStorageDir();
    Path path = directory.getStateMachineDir().toPath();
    folder = path;
    restore(path, directory.getRoot().toPath());
    Files.createDirectories(path);
    // What came of a snapshot of another member, whose rest did not.
    FileUtils.deleteFully(directory.getTmpDir());
    reload();
  }

  /**
   * Ratis puts another folder in the place of this one, by two steps, and deletes the former one
   * then. If the process ended between them, the former one counts, or the log would have no
   * beginning.
   */
  private static void restore(Path path, Path root) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      for (Path former : files.filter(SnapshotFolder::isFormer).toList()) {
        if (Files.exists(path)) {
          FileUtils.deleteFully(former.toFile());
        } else {
          Files.move(former, path);
        }
      }
    }
  }

  private static boolean isFormer(Path file) {
    return file.getFileName().toString().startsWith(FORMER);
  }

  /** Looks for the newest one, which may have come from another member. */
  void reload() throws IOException {
    latest = null;
    for (Snapshot each : list(Objects.requireNonNull(folder))) {
      Snapshot known = latest;
      if (known == null || each.at().compareTo(known.at()) > 0) {
        latest = each;
      }
    }
    removeOthers();
  }

  private static List<Snapshot> list(Path folder) throws IOException {
    List<Snapshot> snapshots = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          TermIndex at =
              TermIndex.valueOf(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
          snapshots.add(new Snapshot(file, at));
        }
      }
    }
    return snapshots;
  }

  /** The newest one, or null. */
  @Nullable Snapshot latest() {
    return latest;
  }

  /** Which file is to take a snapshot that begins behind an entry. */
  Path fileFor(TermIndex at) {
    return Objects.requireNonNull(folder).resolve("snapshot." + at.getTerm() + "_" + at.getIndex());
  }

  /** A newer one is there as a whole. */
  void published(Snapshot snapshot) throws IOException {
    latest = snapshot;
    removeOthers();
  }

  /** Removes older ones, and what was left of one that was not finished. */
  private void removeOthers() throws IOException {
    Snapshot kept = latest;
    try (Stream<Path> files = Files.list(Objects.requireNonNull(folder))) {
      for (Path file : files.toList()) {
        if (kept == null || !file.equals(kept.file())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public @Nullable SnapshotInfo getLatestSnapshot() {
    Snapshot snapshot = latest;
    return snapshot == null
        ? null
        : new SingleFileSnapshotInfo(new FileInfo(snapshot.file(), null), snapshot.at());
  }

  @Override
  public void format() {}

  @Override
  public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {
    // They went when the newest came.
  }
}
