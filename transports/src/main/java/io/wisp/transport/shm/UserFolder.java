// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder on tmpfs in which everything lies that processes of one user share, {@code
 * wisp-user-UID}. It is made by the first of them and stays.
 *
 * <p>Anybody may make something of that name first. Then the folder has another one, {@code
 * wisp-user-UID-RANDOM}; who looks for it knows it by its owner and its mode, which nobody can
 * forge.
 *
 * <pre>
 *   locks         a byte for each server, for each process that has tables, and for who removes
 *                 what servers left
 *   PORT          the folder of a server
 *   table-P-I     table I of process P
 *   kept-PORT     the table of a server that keeps it, with files of its own beside it
 * </pre>
 */
final class UserFolder {

  /** Where tmpfs is mounted on every Linux. */
  static final Path ROOT = Path.of("/dev/shm");

  private static final String PREFIX = "wisp-user-";
  private static final int TRIES = 100;
  private static final int STICKY = 01000;
  private static final int WRITABLE_BY_OTHERS = 00022;

  private UserFolder() {}

  /** Why this machine can have none, or empty if it can. */
  static Optional<String> unavailable() {
    if (!Files.isWritable(ROOT)) {
      return Optional.of("there is no " + ROOT + " that can be written to");
    }
    if (!Files.isReadable(ROOT)) {
      return Optional.of("there is no " + ROOT + " that can be looked into");
    }
    try {
      int mode = (int) Files.getAttribute(ROOT, "unix:mode");
      return (mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0
          ? Optional.of("others may remove what is this user's in " + ROOT + ": chmod +t " + ROOT)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of(ROOT + " cannot be looked at: " + Reason.of(e));
    }
  }

  private static Path usual() throws IOException {
    // The link itself is root's.
    return ROOT.resolve(PREFIX + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  /** The user's folder, or null if there is none. */
  static @Nullable Path find() throws IOException {
    Path usual = usual();
    if (PrivateFolder.exists(usual)) {
      return usual;
    }
    try (Stream<Path> all = Files.list(ROOT)) {
      for (Path each :
          all.filter(path -> path.getFileName().toString().startsWith(PREFIX)).sorted().toList()) {
        if (PrivateFolder.exists(each)) {
          return each;
        }
      }
    }
    return null;
  }

  /** The user's folder, which is made if there is none. */
  static Path make() throws IOException {
    Path name = usual();
    for (int i = 0; i < TRIES; i++) {
      Path found = find();
      if (found != null) {
        return found;
      }
      try {
        Files.createDirectory(name, PrivateFolder.FOLDER_MODE);
      } catch (FileAlreadyExistsException e) {
        // Another process of the user's has made it just now, or another user.
        name = ROOT.resolve(usual().getFileName() + "-" + UUID.randomUUID());
      }
    }
    throw new IOException("no folder of this user's alone could be made in " + ROOT);
  }
}
