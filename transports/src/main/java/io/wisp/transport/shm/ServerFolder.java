// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a server, named after its port, in the folder of its user. A lock, which ends with
 * the process that holds it, tells a server that runs from one that crashed and left its files
 * behind. Only {@linkplain ServerFiles files that a server makes} are ever removed.
 */
record ServerFolder(int port, ServerFiles files, UserLock lock) implements AutoCloseable {

  private static final System.Logger LOGGER = System.getLogger(ServerFolder.class.getName());

  private static final int FIRST_FREE_PORT = 49_152;
  private static final int LAST_PORT = 65_535;
  private static final int TRIES = 1_000;

  /**
   * Takes the folder of a port, and clears away what a crashed server left there.
   *
   * @param endpoint with port 0 for any that is free
   * @throws TransportException if a server that runs has it, or it cannot be made
   */
  static ServerFolder take(Endpoint endpoint) {
    try {
      Path user = UserFolder.make();
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
    UserLock lock = UserLock.tryLock(user, port);
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
      LOGGER.log(Level.DEBUG, "left to the next server of port {0}: {1}", port + "", Reason.of(e));
    }
  }
}
