package io.wisp.transport.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file that ends with the process that holds it, however that ends.
 *
 * <p>POSIX releases a process's lock on a file when the process closes <em>any</em> of its
 * descriptors of that file. So a file that this process has locked is never opened again: who holds
 * what is kept here. And a file could be removed between another's opening and locking it; so files
 * are locked and removed only under a lock of all locks, whose own file is never removed.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/F_GETLK.2const.html">fcntl(2), advisory
 *     record locking</a>
 */
final class ProcessLock implements AutoCloseable {

  /** Also keeps the channels from being collected, which would release the locks. */
  private static final Map<Path, ProcessLock> HELD = new HashMap<>();

  private final Path path;
  private final FileChannel channel;

  private ProcessLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** The lock on a file, which is made if there is none, or null if somebody has it. */
  @SuppressWarnings("try") // the lock of all locks is there to be held
  static @Nullable ProcessLock tryLock(Path path) throws IOException {
    synchronized (HELD) {
      if (HELD.containsKey(path)) {
        return null;
      }
      try (FileChannel all = lockOfAllLocks()) {
        FileChannel channel = open(path);
        if (channel.tryLock() == null) {
          channel.close();
          return null;
        }
        ProcessLock lock = new ProcessLock(path, channel);
        HELD.put(path, lock);
        return lock;
      }
    }
  }

  private static FileChannel lockOfAllLocks() throws IOException {
    Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    FileChannel channel = open(ServerFolder.ROOT.resolve("wisp-user-" + user + ".lock"));
    if (channel.lock().isValid()) {
      return channel;
    }
    throw new IOException("the lock of all locks is void");
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** Removes the file and gives up the lock. */
  @Override
  @SuppressWarnings("try") // the lock of all locks is there to be held
  public void close() throws IOException {
    synchronized (HELD) {
      try (FileChannel all = lockOfAllLocks()) {
        Files.deleteIfExists(path);
        channel.close();
        HELD.remove(path);
      }
    }
  }
}
