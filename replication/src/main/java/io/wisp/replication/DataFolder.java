// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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
 * <tr><td>raft.log, raft.log.lck</td><td>what Ratis has to complain of</td></tr>
 * </table>
 */
final class DataFolder implements AutoCloseable {

  private static final String FORMAT = "wisp-data 1";
  private static final String IDENTITY = "identity";
  private static final String LOCK = "lock";

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /**
   * Those that this process has. Whoever opens and closes a file ends all locks that its process
   * has on it, so this is asked before the file is opened.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Lock lock;
  private final UUID group;
  private final String member;

  /** This process' claim to a folder. */
  private record Lock(Path folder, FileChannel file) implements AutoCloseable {

    @Override
    public void close() throws IOException {
      try {
        file.close();
      } finally {
        HELD.remove(folder);
      }
    }
  }

  private DataFolder(Path path, Lock lock, UUID group, String member) {
    this.path = path;
    this.lock = lock;
    this.group = group;
    this.member = member;
  }

  /**
   * Takes a folder. If it is not there it is made, for its owner alone: a password of the server
   * would protect little if others could read the files.
   *
   * @throws IOException if that cannot be; the message names the folder and says why
   */
  static DataFolder open(Path path) throws IOException {
    try {
      if (!Files.isDirectory(path)) {
        makeFolder(path.toAbsolutePath());
      }
    } catch (FileAlreadyExistsException e) {
      throw new IOException(e.getFile() + " is no folder", e);
    } catch (NoSuchFileException e) {
      throw new IOException(path + " cannot be made: its file system takes no new folders", e);
    } catch (AccessDeniedException e) {
      throw new IOException(path + " cannot be made: permission denied", e);
    }
    try {
      return take(path);
    } catch (AccessDeniedException e) {
      throw new IOException(
          path + " cannot be used: permission to read or write " + e.getFile() + " is denied", e);
    }
  }

  private static void makeFolder(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(path, OWNER_ONLY);
    } catch (FileAlreadyExistsException e) {
      // Another server may make it at this moment; the lock tells who has it.
      if (!Files.isDirectory(path)) {
        throw e;
      }
    }
    DurableFiles.forceName(path);
  }

  private static DataFolder take(Path path) throws IOException {
    Path identity = path.resolve(IDENTITY);
    if (!Files.exists(identity) && !holdsNothing(path)) {
      throw new IOException(
          path + " holds other files and is no data folder of Wisp: name another folder");
    }
    Lock lock = lock(path.toRealPath());
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
      return new DataFolder(path, lock, UUID.fromString(lines.get(1)), lines.get(2));
    } catch (IllegalArgumentException e) {
      lock.close();
      throw damaged(identity, e);
    } catch (Throwable failed) {
      lock.close();
      throw failed;
    }
  }

  private static IOException damaged(Path identity, @Nullable Throwable cause) {
    return new IOException(identity + " is damaged: it does not have its three lines", cause);
  }

  /** A lock may be left of a process that ended before it had made the folder. */
  private static boolean holdsNothing(Path path) throws IOException {
    Path draft = DurableFiles.draftOf(path.resolve(IDENTITY));
    try (Stream<Path> files = Files.list(path)) {
      return files.allMatch(file -> file.endsWith(LOCK) || file.equals(draft));
    }
  }

  private static Lock lock(Path folder) throws IOException {
    if (!HELD.add(folder)) {
      throw inUse(folder);
    }
    try {
      FileChannel file =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (file.tryLock() == null) {
          throw inUse(folder);
        }
        return new Lock(folder, file);
      } catch (Throwable failed) {
        file.close();
        throw failed;
      }
    } catch (Throwable failed) {
      HELD.remove(folder);
      throw failed;
    }
  }

  private static IOException inUse(Path folder) {
    return new IOException(folder + " is in use by a server that is running");
  }

  private static void make(Path identity) throws IOException {
    String text = FORMAT + "\n" + UUID.randomUUID() + "\n" + UUID.randomUUID() + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    DurableFiles.write(
        identity,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
          return true;
        });
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
    lock.close();
  }
}
