// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that a region lives in: made by us, for the eyes of its owner alone.
 *
 * @param key what tells the file from another one of the same name; null where the system has none
 */
record RegionFile(Path path, long bytes, @Nullable Object key) implements BackingFile {

  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);

  /** The mode of such a file. */
  static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

  /** One that is there. */
  static RegionFile of(Path path, long bytes) throws IOException {
    return new RegionFile(path, bytes, key(path));
  }

  static RegionFile create(Path path, long bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, CREATE, PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      RegionFile file = new RegionFile(path, bytes, key(path));
      try {
        FileReservation.reserve(path, channel, bytes);
        return file;
      } catch (Throwable refused) {
        file.release();
        throw refused;
      }
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          "cannot create " + path + " for a region: it exists already; another server may use it",
          e);
    } catch (NoSuchFileException e) {
      throw new IOException("cannot create " + path + " for a region: there is no such folder", e);
    } catch (IOException e) {
      throw new IOException(
          "cannot create "
              + path
              + " for a region of "
              + bytes
              + " bytes: "
              + e.getMessage()
              + usableSpace(path)
              + "; ask for less memory, or give that file system more (a container's /dev/shm has"
              + " 64 MiB unless it is told otherwise, with docker's --shm-size for example)",
          e);
    }
  }

  private static String usableSpace(Path path) {
    Path folder = path.toAbsolutePath().getParent();
    try {
      return folder == null
          ? ""
          : "; " + Files.getFileStore(folder).getUsableSpace() + " bytes are free there";
    } catch (IOException unknown) {
      return "";
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  @Override
  public MemorySegment map(Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
      AnonymousMemory.adviseHugePages(memory.address(), bytes);
      return memory;
    }
  }

  /** Removes the file, unless it was removed and another one has its name now. */
  @Override
  public void release() {
    try {
      Object now = key(path);
      if (key == null || key.equals(now)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException gone) {
      // Whoever removed it, or its folder, did what we were about to.
    }
  }
}
