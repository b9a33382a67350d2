// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.store.cuckoo.region.Region;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stores in files on tmpfs, for servers whose clients are to read the table.
 *
 * <p>A file goes when its store is closed, but for those that are kept. What a process that crashed
 * left is removed by the next of its user that opens or keeps a store: a process that has such
 * files holds a lock for as long as it lives, whose number is in their names. So is the second name
 * that a file has in {@linkplain ServerFolder the folder of a server}.
 */
public final class SharedTable {

  private static final Pattern TABLE = Pattern.compile("table-(\\d{1,19})-\\d+");

  /** This process, among all that the user has. Below are the ports of servers. */
  private static final long PROCESS = new SecureRandom().nextLong(1L << 32, Long.MAX_VALUE);

  private static final AtomicInteger OPENED = new AtomicInteger();

  /** Kept for as long as the process lives. */
  private static final List<UserLock> LOCKS = new ArrayList<>();

  private SharedTable() {}

  /**
   * Opens a store that {@link ShmTransport} lets clients read. It takes its whole capacity from the
   * system at once.
   *
   * @throws IOException if there is no room for it, or no folder that is the user's alone; the
   *     message says how much there is, or why
   */
  public static CuckooStore open(CuckooStore.Options options) throws IOException {
    Path folder = prepareFolder();
    Path file = folder.resolve("table-" + PROCESS + "-" + OPENED.incrementAndGet());
    return CuckooStore.open(options, Region.inFile(file, options.capacity()));
  }

  /**
   * Where a store is kept that {@link ShmTransport} lets clients read, and that outlives its
   * process: {@link CuckooStore#keep} opens it. Nobody removes such a file.
   *
   * @param port of the server that keeps it, for each has one
   * @throws IOException if there is no folder that is the user's alone; the message says why
   */
  public static Path keptFile(int port) throws IOException {
    try {
      Path folder = UserFolder.make();
      removeAbandoned(folder);
      return folder.resolve("kept-" + port);
    } catch (FileSystemException e) {
      throw new IOException(Reason.of(e), e);
    }
  }

  /** Whether {@link ShmTransport} can let clients read a table that is in this file. */
  public static boolean isReadable(Path file) throws IOException {
    return Files.getFileStore(file).equals(Files.getFileStore(UserFolder.ROOT));
  }

  private static Path prepareFolder() throws IOException {
    try {
      Path folder = UserFolder.make();
      lockProcess(folder);
      removeAbandoned(folder);
      return folder;
    } catch (FileSystemException e) {
      throw new IOException(Reason.of(e), e);
    }
  }

  private static void lockProcess(Path folder) throws IOException {
    synchronized (LOCKS) {
      UserLock taken = UserLock.tryLock(folder, PROCESS);
      if (taken != null) {
        LOCKS.add(taken);
      }
    }
  }

  private static void removeAbandoned(Path path) throws IOException {
    ServerFolder.removeAbandoned(path);
    try (PrivateFolder folder = PrivateFolder.open(path)) {
      for (String name : folder.names()) {
        Matcher table = TABLE.matcher(name);
        if (table.matches()) {
          removeIfAbandoned(path, folder, name, Long.parseUnsignedLong(table.group(1)));
        }
      }
    }
  }

  private static void removeIfAbandoned(Path path, PrivateFolder folder, String name, long process)
      throws IOException {
    if (process < 0 || process == Long.MAX_VALUE) {
      return;
    }
    try (UserLock taken = UserLock.tryLock(path, process)) {
      if (taken != null) {
        folder.remove(name);
      }
    }
  }
}
