// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lock that ends with the process that holds it, however that ends. The locks of a user are the
 * bytes of one file, each a byte. Taking one never waits, and only the user's own processes can
 * hold any.
 *
 * <p>POSIX releases a process's locks on a file when the process closes <em>any</em> of its
 * descriptors of that file. So a process opens the file once, and does not close it.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/F_GETLK.2const.html">fcntl(2), advisory
 *     record locking</a>
 */
record UserLock(FileLock lock) implements AutoCloseable {

  private static final String FILE = "locks";

  /** By the file's key: a folder that was removed and made anew has another file. */
  private static final Map<Object, FileChannel> OPENED = new HashMap<>();

  /**
   * Takes a lock, or gives null if somebody has it.
   *
   * @param folder of the user
   * @param number of the lock, 0 or more
   */
  static @Nullable UserLock tryLock(Path folder, long number) throws IOException {
    synchronized (OPENED) {
      try {
        FileLock lock = channel(folder.resolve(FILE)).tryLock(number, 1, false);
        return lock == null ? null : new UserLock(lock);
      } catch (OverlappingFileLockException e) {
        // This process itself has it.
        return null;
      }
    }
  }

  private static FileChannel channel(Path file) throws IOException {
    try {
      Files.createFile(file, PrivateFolder.FILE_MODE);
    } catch (FileAlreadyExistsException e) {
      // It stays where it is.
    }
    BasicFileAttributes attributes = SharedFile.requireFile(file);
    FileChannel opened = OPENED.get(attributes.fileKey());
    if (opened == null) {
      opened = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      OPENED.put(attributes.fileKey(), opened);
    }
    return opened;
  }

  @Override
  public void close() throws IOException {
    lock.release();
  }
}
