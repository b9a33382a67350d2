// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a server keeps its log in: one process at a time has it.
 *
 * <table>
 * <caption>What is in it</caption>
 * <tr><td>identity</td><td>three lines: the format, the group, and this member of it</td></tr>
 * <tr><td>lock</td><td>locked by the process that has the folder</td></tr>
 * <tr><td>acknowledged</td><td>see {@link Acknowledged}</td></tr>
 * <tr><td>raft/GROUP</td><td>the log and the snapshot, by Ratis</td></tr>
 * <tr><td>raft.log</td><td>what Ratis has to complain of</td></tr>
 * </table>
 */
final class DataFolder implements AutoCloseable {

  private static final String FORMAT = "wisp-data 1";
  private static final String IDENTITY = "identity";
  private static final String LOCK = "lock";

  private final Path path;
  private final FileChannel lockFile;
  private final UUID group;
  private final String member;

  private DataFolder(Path path, FileChannel lockFile, UUID group, String member) {
    this.path = path;
    this.lockFile = lockFile;
    this.group = group;
    this.member = member;
  }

  /**
   * Takes a folder, and makes it if it is not there.
   *
   * @throws IOException if that cannot be; the message names the folder and says why
   */
  static DataFolder open(Path path) throws IOException {
    try {
      Files.createDirectories(path);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(path + " is no folder", e);
    } catch (AccessDeniedException e) {
      throw new IOException(path + " cannot be made: permission denied", e);
    }
    Path identity = path.resolve(IDENTITY);
    if (!Files.exists(identity) && !holdsNothing(path)) {
      throw new IOException(
          path + " holds other files and is no data folder of Wisp: name another folder");
    }
    FileChannel lockFile = lock(path);
    try {
      if (!Files.exists(identity)) {
        make(identity);
      }
      List<String> lines = Files.readAllLines(identity, StandardCharsets.UTF_8);
      if (lines.size() != 3) {
        throw damaged(identity, null);
      }
      if (!lines.getFirst().equals(FORMAT)) {
        throw new IOException(
            "%s says \"%s\", and this version knows \"%s\""
                .formatted(identity, lines.getFirst(), FORMAT));
      }
      return new DataFolder(path, lockFile, UUID.fromString(lines.get(1)), lines.get(2));
    } catch (IllegalArgumentException e) {
      lockFile.close();
      throw damaged(identity, e);
    } catch (Throwable failed) {
      lockFile.close();
      throw failed;
    }
  }

  private static IOException damaged(Path identity, @Nullable Throwable cause) {
    return new IOException(identity + " is damaged: it has not the three lines that it had", cause);
  }

  /** A lock may be left of a process that ended before it had made the folder. */
  private static boolean holdsNothing(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.allMatch(file -> file.endsWith(LOCK) || file.endsWith(IDENTITY + ".draft"));
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (AccessDeniedException e) {
      throw new IOException(path + " cannot be written to: permission denied", e);
    }
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another server of this process has it.
    } catch (Throwable failed) {
      channel.close();
      throw failed;
    }
    if (lock == null) {
      channel.close();
      throw new IOException(path + " is in use by a server that is running");
    }
    return channel;
  }

  private static void make(Path identity) throws IOException {
    Path draft = identity.resolveSibling(IDENTITY + ".draft");
    String text = FORMAT + "\n" + UUID.randomUUID() + "\n" + UUID.randomUUID() + "\n";
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, identity, StandardCopyOption.ATOMIC_MOVE);
    forceEntries(identity);
  }

  /** Makes a file's name last, which is the business of its folder. */
  static void forceEntries(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  Path path() {
    return path;
  }

  /** Of which group the log is. */
  UUID group() {
    return group;
  }

  /** Which of its members this is; one that lost its folder is another one. */
  String member() {
    return member;
  }

  /** Where Ratis has a folder for each group. */
  Path raft() {
    return path.resolve("raft");
  }

  /** Where it has the log of this one. */
  Path log() {
    return raft().resolve(group.toString()).resolve("current");
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
