// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.transport.MemberId;
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
 * <tr><td>identity</td><td>three lines: the format, the group, and this member of it; and a
 *     fourth if the group has others: {@link Group#toString}, without members if this one came
 *     later</td></tr>
 * <tr><td>lock</td><td>locked by the process that has the folder</td></tr>
 * <tr><td>acknowledged</td><td>see {@link Acknowledged}</td></tr>
 * <tr><td>raft/GROUP</td><td>the log and the snapshot, by Ratis</td></tr>
 * <tr><td>raft.log, raft.log.lck</td><td>what Ratis has to complain of</td></tr>
 * </table>
 */
final class DataFolder implements AutoCloseable {

  private static final String FORMAT = "wisp-data 1";
  private static final String IDENTITY = "identity";
  private static final int LINES_ALONE = 3;
  private static final int LINES_AMONG_OTHERS = 4;
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
  private final String founders;

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

  private DataFolder(Path path, Lock lock, UUID group, String member, String founders) {
    this.path = path;
    this.lock = lock;
    this.group = group;
    this.member = member;
    this.founders = founders;
  }

  /**
   * Takes the folder of a server that is alone. If it is not there it is made, for its owner alone:
   * a password of the server would protect little if others could read the files.
   *
   * @throws IOException if that cannot be; the message names the folder and says why
   */
  static DataFolder open(Path path) throws IOException {
    return openOrMake(path, null, null);
  }

  /**
   * Takes that of a member of a group.
   *
   * @param isNew whether to make it: the member has had none before
   * @param joins the group to which the member comes, with a folder that is made; null if it has
   *     one, or begins with the others
   * @throws IOException if that cannot be; the message names the folder and says why
   */
  static DataFolder open(Path path, Group members, boolean isNew, @Nullable UUID joins)
      throws IOException {
    String name = members.self().name();
    boolean isThere = Files.exists(path.resolve(IDENTITY));
    boolean isMade = isNew || joins != null;
    if (isThere && isMade) {
      throw new IOException(
          "%s is the folder of a server already: start member %s without --new-member and --join"
              .formatted(path, name));
    }
    if (!isThere && !isMade) {
      throw new IOException(
          ("%s is no folder of a member. If %s has never had one, start it once with --new-member, or"
                  + " with --join if the others have begun. If the one that it had is lost, it may"
                  + " have voted, or acknowledged writes, and would not know: start it once with"
                  + " --join, and then ./wisp cluster replace")
              .formatted(path, name));
    }
    return openOrMake(path, members, joins);
  }

  private static DataFolder openOrMake(Path path, @Nullable Group members, @Nullable UUID joins)
      throws IOException {
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
      return take(path, members, joins);
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

  private static DataFolder take(Path path, @Nullable Group members, @Nullable UUID joins)
      throws IOException {
    Path identity = path.resolve(IDENTITY);
    if (!Files.exists(identity) && !holdsNothing(path)) {
      throw new IOException(
          path + " holds other files and is no data folder of Wisp: name another folder");
    }
    Lock lock = lock(path.toRealPath());
    try {
      if (!Files.exists(identity)) {
        make(identity, members, joins);
      }
      List<String> lines = Files.readAllLines(identity, StandardCharsets.UTF_8);
      if (lines.size() != LINES_ALONE && lines.size() != LINES_AMONG_OTHERS) {
        throw damaged(identity, null);
      }
      if (!lines.getFirst().equals(FORMAT)) {
        throw new IOException(
            "%s says \"%s\", and this version knows \"%s\""
                .formatted(identity, lines.getFirst(), FORMAT));
      }
      requireSame(path, lines, members);
      UUID group = UUID.fromString(lines.get(1));
      String founders = members == null ? "" : lines.get(3);
      return new DataFolder(path, lock, group, lines.get(2), founders);
    } catch (IllegalArgumentException e) {
      lock.close();
      throw damaged(identity, e);
    } catch (Throwable failed) {
      lock.close();
      throw failed;
    }
  }

  private static void requireSame(Path path, List<String> lines, @Nullable Group members)
      throws IOException {
    boolean isAlone = lines.size() == LINES_ALONE;
    if (members == null && !isAlone) {
      throw new IOException(
          "%s is the folder of member %s of the shard %s: name it by --cluster and --cluster-node"
              .formatted(path, lines.get(2), lines.get(3)));
    }
    if (members != null && isAlone) {
      throw new IOException(
          "%s is the folder of a server without replicas, and cannot become that of member %s of"
                  .formatted(path, members.self().name())
              + " the shard %s".formatted(members));
    }
    if (members != null
        && !(MemberId.nodeOf(lines.get(2)).equals(members.self().name())
            && members.isOfShard(lines.get(3)))) {
      throw new IOException(
          ("%s is the folder of member %s of the shard %s, and the server is to be member %s of the"
                  + " shard %s: neither the node nor the slots of a folder change")
              .formatted(path, lines.get(2), lines.get(3), members.self().name(), members));
    }
  }

  private static IOException damaged(Path identity, @Nullable Throwable cause) {
    return new IOException(identity + " is damaged: it does not have its lines", cause);
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

  private static List<String> newLines(@Nullable Group members, @Nullable UUID joins) {
    if (members == null) {
      return List.of(FORMAT, UUID.randomUUID().toString(), UUID.randomUUID().toString());
    }
    String name = members.self().name();
    return joins == null
        ? List.of(FORMAT, members.id().toString(), name, members.toString())
        : List.of(FORMAT, joins.toString(), MemberId.anew(name), members.ofNewcomer().toString());
  }

  private static void make(Path identity, @Nullable Group members, @Nullable UUID joins)
      throws IOException {
    String text = String.join("\n", newLines(members, joins)) + "\n";
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

  /** Whether the group has other members. */
  boolean isOfGroup() {
    return !founders.isEmpty();
  }

  /** With whom the group began, as {@link Group#toString} said then; empty if it has no others. */
  String founders() {
    return founders;
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
