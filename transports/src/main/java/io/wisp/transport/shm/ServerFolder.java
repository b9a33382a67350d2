// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a server, named after its port, in the folder of its user. A lock, which ends with
 * the process that holds it, tells a server that runs from one that crashed and left its files
 * behind. Only {@linkplain ServerFiles files that a server makes} are ever removed.
 *
 * <p>Whoever removes what a server left holds the lock of its port meanwhile, and beside it the one
 * of those who do so. A server that starts there and finds its lock taken, and the other one too,
 * waits until one of them is free.
 */
record ServerFolder(int port, ServerFiles files, UserLock lock) implements AutoCloseable {

  private static final System.Logger LOGGER = System.getLogger(ServerFolder.class.getName());

  private static final int FIRST_FREE_PORT = 49_152;
  private static final int LAST_PORT = 65_535;
  private static final int TRIES = 1_000;

  private static final Pattern NAME = Pattern.compile("[1-9]\\d{0,4}");

  /** The lock of whoever removes what others left; behind those of ports. */
  static final long REMOVAL = LAST_PORT + 1L;

  /** Longer than the system needs to take back much memory: 30 s. */
  private static final int WAITS = 3_000;

  private static final long WAIT_NANOS = 10_000_000;

  /**
   * Takes the folder of a port, and clears away what a crashed server left there.
   *
   * @param endpoint with port 0 for any that is free
   * @throws TransportException if a server that runs has it, or it cannot be made
   */
  static ServerFolder take(Endpoint endpoint) {
    try {
      Path user = UserFolder.make();
      removeAbandoned(user);
      for (int attempt = 0; attempt < TRIES; attempt++) {
        int port = endpoint.port();
        if (port == 0) {
          port = ThreadLocalRandom.current().nextInt(FIRST_FREE_PORT, LAST_PORT + 1);
        }
        ServerFolder taken = tryTake(user, port);
        if (taken != null) {
          return taken;
        }
        if (endpoint.port() != 0) {
          throw new TransportException(
              "cannot listen on " + endpoint + ": another server has the folder " + of(user, port));
        }
      }
    } catch (IOException e) {
      throw new TransportException("cannot listen on " + endpoint + ": " + Reason.of(e), e);
    }
    throw new TransportException(
        "cannot listen on " + endpoint + ": no folder could be had in " + TRIES + " tries");
  }

  private static Path of(Path user, int port) {
    return user.resolve(Integer.toString(port));
  }

  private static @Nullable ServerFolder tryTake(Path user, int port) throws IOException {
    UserLock lock = lockOf(user, port);
    if (lock == null) {
      return null;
    }
    ServerFolder taken = new ServerFolder(port, new ServerFiles(of(user, port)), lock);
    try {
      taken.make();
      taken.remove(ServerFiles::isName);
      return taken;
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** The lock of a port, or null if a server has it. */
  private static @Nullable UserLock lockOf(Path user, int port) throws IOException {
    UserLock lock = UserLock.tryLock(user, port);
    for (int i = 0; lock == null && i < WAITS; i++) {
      try (UserLock removal = UserLock.tryLock(user, REMOVAL)) {
        if (removal != null) {
          return UserLock.tryLock(user, port);
        }
      }
      LockSupport.parkNanos(WAIT_NANOS);
      lock = UserLock.tryLock(user, port);
    }
    return lock;
  }

  /**
   * Removes what servers have left that crashed, whichever ports they had, and with it their hold
   * of the memory of tables.
   *
   * @param user the user's folder
   */
  static void removeAbandoned(Path user) {
    try (UserLock removal = UserLock.tryLock(user, REMOVAL)) {
      if (removal == null) {
        return; // Somebody else is about it.
      }
      for (int port : ports(user)) {
        removeIfAbandoned(user, port);
      }
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "left to the next server: {0}", Reason.of(e));
    }
  }

  /** Those that have something of their name. */
  private static List<Integer> ports(Path user) throws IOException {
    try (PrivateFolder folder = PrivateFolder.open(user)) {
      return folder.names().stream()
          .filter(NAME.asMatchPredicate())
          .map(Integer::valueOf)
          .filter(port -> port <= LAST_PORT)
          .toList();
    }
  }

  private static void removeIfAbandoned(Path user, int port) throws IOException {
    UserLock lock = UserLock.tryLock(user, port);
    if (lock != null) {
      new ServerFolder(port, new ServerFiles(of(user, port)), lock).close();
    }
  }

  private void make() throws IOException {
    try {
      Files.createDirectory(files.folder(), PrivateFolder.FOLDER_MODE);
    } catch (FileAlreadyExistsException e) {
      // Of a server that crashed. Whether it is a folder, and whose, is seen when it is opened.
    }
  }

  /**
   * The files of the server that has a port.
   *
   * @throws TransportException if there is none of this user
   */
  static ServerFiles find(Endpoint endpoint) {
    try {
      Path user = UserFolder.find();
      Path folder = user == null ? null : of(user, endpoint.port());
      if (folder != null && PrivateFolder.exists(folder)) {
        return new ServerFiles(folder);
      }
    } catch (IOException e) {
      throw new TransportException("cannot connect to " + endpoint + ": " + Reason.of(e), e);
    }
    throw new TransportException(
        "cannot connect to " + endpoint + ": no server of this user listens there");
  }

  private void remove(Predicate<String> which) throws IOException {
    try (PrivateFolder folder = PrivateFolder.open(files.folder())) {
      folder.removeAll(folder.names().stream().filter(which).toList());
    }
  }

  /** Removes what a client left behind. */
  void removeFilesOf(long connection) {
    try {
      remove(name -> ServerFiles.isNameOf(connection, name));
    } catch (IOException e) {
      // The folder is cleared when the server ends.
    }
  }

  @Override
  public void close() {
    try (lock) {
      remove(ServerFiles::isName);
      // With something else in it, it stays.
      Files.deleteIfExists(files.folder());
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "left to the next server: port {0}: {1}", port + "", Reason.of(e));
    }
  }
}
