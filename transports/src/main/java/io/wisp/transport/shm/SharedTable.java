package io.wisp.transport.shm;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.store.cuckoo.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stores in files on tmpfs, for servers whose clients are to read the table.
 *
 * <p>A file goes when its store is closed. What a process that crashed left is removed by the next
 * that opens a store: a process that has such files holds a lock for as long as it lives.
 */
public final class SharedTable {

  private static final String PREFIX = "wisp-tables-";
  private static final String LOCK_SUFFIX = ".lock";
  private static final String PROCESS = PREFIX + UUID.randomUUID();
  private static final AtomicInteger OPENED = new AtomicInteger();
  private static @Nullable ProcessLock lock;

  private SharedTable() {}

  /**
   * Opens a store that {@link ShmTransport} lets clients read. It takes its whole capacity from the
   * system at once.
   *
   * @throws IOException if there is no room for it; the message says how much there is
   */
  public static CuckooStore open(CuckooStore.Options options) throws IOException {
    lockProcess();
    removeAbandoned();
    Path file = ServerFolder.ROOT.resolve(PROCESS + "-" + OPENED.incrementAndGet());
    return CuckooStore.open(options, Region.inFile(file, options.capacity()));
  }

  private static synchronized void lockProcess() throws IOException {
    if (lock != null) {
      return;
    }
    ProcessLock taken = ProcessLock.tryLock(ServerFolder.ROOT.resolve(PROCESS + LOCK_SUFFIX));
    if (taken == null) {
      throw new IOException("the new lock " + PROCESS + LOCK_SUFFIX + " is somebody's");
    }
    lock = taken;
    Runtime.getRuntime().addShutdownHook(new Thread(SharedTable::removeLock, "wisp-tables"));
  }

  private static synchronized void removeLock() {
    ProcessLock held = lock;
    try {
      if (held != null) {
        held.close();
      }
    } catch (IOException e) {
      // Whoever opens a store next removes it.
    }
  }

  private static void removeAbandoned() throws IOException {
    for (Path each : files(PREFIX)) {
      String name = each.getFileName().toString();
      if (name.endsWith(LOCK_SUFFIX) && !name.startsWith(PROCESS) && Files.isWritable(each)) {
        removeIfAbandoned(each, name.substring(0, name.length() - LOCK_SUFFIX.length()));
      }
    }
  }

  private static void removeIfAbandoned(Path lock, String process) {
    try (ProcessLock taken = ProcessLock.tryLock(lock)) {
      if (taken != null) {
        for (Path table : files(process + "-")) {
          Files.deleteIfExists(table);
        }
      }
    } catch (IOException e) {
      // Another user's, or somebody else removes it.
    }
  }

  private static List<Path> files(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(ServerFolder.ROOT)) {
      return files.filter(each -> each.getFileName().toString().startsWith(prefix)).toList();
    }
  }
}
