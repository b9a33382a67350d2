package io.wisp.transport.shm;

import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * The folder of a server, {@code wisp-PORT} on tmpfs, which nobody but its owner may enter. A lock,
 * which ends with the process that holds it, tells a server that runs from one that crashed and
 * left its files behind.
 *
 * <pre>
 *   lock                the lock
 *   control             the socket for control connections
 *   table               the table, if clients may read it: a link to the file of the region
 *   thread-T            the doorbell of a thread of the server
 *   buffer-K            a long reply
 *   connection-N        rings and doorbell of a connection, until the client has mapped it
 *   connection-N-K      a long request, or where a client reads to
 * </pre>
 */
final class ServerFolder implements AutoCloseable {

  /** Where tmpfs is mounted on every Linux. */
  static final Path ROOT = Path.of("/dev/shm");

  private static final String LOCK = "lock";
  private static final int FIRST_FREE_PORT = 49_152;
  private static final int LAST_PORT = 65_535;
  private static final int TRIES = 1_000;

  private final int port;
  private final ProcessLock lock;

  private ServerFolder(int port, ProcessLock lock) {
    this.port = port;
    this.lock = lock;
  }

  static Path of(int port) {
    return ROOT.resolve("wisp-" + port);
  }

  static Path control(int port) {
    return of(port).resolve("control");
  }

  static Path table(int port) {
    return of(port).resolve("table");
  }

  static Path doorbell(int port, int thread) {
    return of(port).resolve("thread-" + thread);
  }

  static Path serverBuffer(int port, int key) {
    return of(port).resolve("buffer-" + key);
  }

  static Path connection(int port, long connection) {
    return of(port).resolve("connection-" + connection);
  }

  static Path clientBuffer(int port, long connection, int key) {
    return of(port).resolve("connection-" + connection + "-" + key);
  }

  /**
   * Takes the folder of a port, and clears away what a crashed server left there.
   *
   * @param endpoint with port 0 for any that is free
   * @throws TransportException if a server that runs has it, or it cannot be made
   */
  static ServerFolder take(Endpoint endpoint) {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      int port = endpoint.port();
      if (port == 0) {
        port = ThreadLocalRandom.current().nextInt(FIRST_FREE_PORT, LAST_PORT + 1);
      }
      try {
        makeFolder(of(port));
        ProcessLock lock = ProcessLock.tryLock(of(port).resolve(LOCK));
        if (lock != null) {
          return cleared(new ServerFolder(port, lock));
        }
      } catch (NoSuchFileException e) {
        // Its last owner has just removed it.
        continue;
      } catch (IOException | UncheckedIOException e) {
        throw new TransportException(
            "cannot listen on " + endpoint + ": the folder " + of(port) + ": " + e.getMessage(), e);
      }
      if (endpoint.port() != 0) {
        throw new TransportException(
            "cannot listen on " + endpoint + ": another server has the folder " + of(port));
      }
    }
    throw new TransportException(
        "cannot listen on " + endpoint + ": no folder could be had in " + TRIES + " tries");
  }

  private static ServerFolder cleared(ServerFolder taken) throws IOException {
    try {
      taken.removeFiles();
      return taken;
    } catch (UncheckedIOException e) {
      taken.lock.close();
      throw e;
    }
  }

  private static void makeFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      // Of a server that runs, or of one that crashed: the lock knows. Or of who wants our files.
      Object owner = Files.getAttribute(folder, "unix:uid");
      if (!owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
        throw new IOException("it belongs to another user, with the id " + owner, e);
      }
    }
  }

  int port() {
    return port;
  }

  private void removeFiles() {
    try (Stream<Path> files = Files.list(of(port))) {
      files.filter(each -> !each.endsWith(LOCK)).forEach(ServerFolder::remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes what a client left behind. */
  void removeFilesOf(long connection) {
    Path first = connection(port, connection);
    String prefix = first.getFileName() + "-";
    try (Stream<Path> files = Files.list(of(port))) {
      List<Path> left =
          files
              .filter(
                  each -> each.equals(first) || each.getFileName().toString().startsWith(prefix))
              .sorted(Comparator.naturalOrder())
              .toList();
      left.forEach(ServerFolder::remove);
    } catch (IOException e) {
      // The folder is cleared when the server ends.
    }
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      removeFiles();
      lock.close();
      // Another server may have taken it by now: then it is not empty, and stays.
      Files.deleteIfExists(of(port));
    } catch (IOException | UncheckedIOException e) {
      // The next server of this port clears it away.
    }
  }
}
