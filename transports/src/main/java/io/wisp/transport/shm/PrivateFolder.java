// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A folder that belongs to the user of this process and that nobody else may enter, held open: what
 * is listed and removed here is in it, whatever becomes of its name meanwhile. No symbolic link is
 * followed, neither on the way to the folder nor in it.
 *
 * <p>Its name can be relied on, too, as long as the folder is there: below {@link UserFolder#ROOT},
 * where everybody makes what he likes, only its owner can rename or remove it.
 */
record PrivateFolder(Path path, SecureDirectoryStream<Path> folder) implements AutoCloseable {

  private static final Set<PosixFilePermission> OF_ITS_OWNER =
      PosixFilePermissions.fromString("rwx------");

  /** What folders are made with. */
  static final FileAttribute<Set<PosixFilePermission>> FOLDER_MODE =
      PosixFilePermissions.asFileAttribute(OF_ITS_OWNER);

  /** What files are made with. */
  static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final String DEVICE = "unix:dev";

  private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;

  /**
   * Whether there is such a folder. One on another file system is none, nor is one that cannot be
   * looked at: users may mount their own (FUSE), which say of owner and mode what they like.
   */
  static boolean exists(Path path) throws IOException {
    try {
      return isPrivate(Files.readAttributes(path, PosixFileAttributes.class, NOFOLLOW))
          && Files.getAttribute(path, DEVICE, NOFOLLOW)
              .equals(Files.getAttribute(UserFolder.ROOT, DEVICE));
    } catch (NoSuchFileException | AccessDeniedException e) {
      return false;
    }
  }

  private static boolean isPrivate(PosixFileAttributes attributes) throws IOException {
    return attributes.isDirectory()
        && attributes.owner().equals(Files.getOwner(Path.of("/proc/self")))
        && OF_ITS_OWNER.containsAll(attributes.permissions());
  }

  /**
   * Opens a folder.
   *
   * @param path below {@link UserFolder#ROOT}
   * @throws NoSuchFileException if there is none
   * @throws IOException if it, or one on the way to it, is no such folder; the message says which
   */
  static PrivateFolder open(Path path) throws IOException {
    SecureDirectoryStream<Path> folder = openRoot();
    Path at = UserFolder.ROOT;
    for (Path name : UserFolder.ROOT.relativize(path)) {
      at = at.resolve(name);
      try (SecureDirectoryStream<Path> parent = folder) {
        // Looked at before it is opened, for opening a pipe would wait for its other end.
        requirePrivate(
            at, parent.getFileAttributeView(name, PosixFileAttributeView.class, NOFOLLOW));
        folder = parent.newDirectoryStream(name, NOFOLLOW);
      }
      try {
        requirePrivate(at, folder.getFileAttributeView(PosixFileAttributeView.class));
      } catch (IOException e) {
        folder.close();
        throw e;
      }
    }
    return new PrivateFolder(path, folder);
  }

  @SuppressWarnings("StreamResourceLeak") // whoever asks for it closes it
  private static SecureDirectoryStream<Path> openRoot() throws IOException {
    DirectoryStream<Path> root = Files.newDirectoryStream(UserFolder.ROOT);
    if (root instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    root.close();
    throw new IOException(UserFolder.ROOT + " cannot be held open on this system");
  }

  private static void requirePrivate(Path path, PosixFileAttributeView view) throws IOException {
    if (!isPrivate(view.readAttributes())) {
      throw new NotDirectoryException(path + " is no folder of this user's alone");
    }
  }

  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    // A stream can be read once.
    try (DirectoryStream<Path> again = folder.newDirectoryStream(Path.of("."), NOFOLLOW)) {
      again.forEach(each -> names.add(each.getFileName().toString()));
    }
    return names;
  }

  /**
   * Removes a file, a socket or a link; if there is none, it does nothing.
   *
   * @throws IOException if it is a folder; the message names it
   */
  void remove(String name) throws IOException {
    try {
      folder.deleteFile(Path.of(name));
    } catch (NoSuchFileException e) {
      // Somebody else has removed it.
    } catch (IOException e) {
      throw new IOException("cannot remove " + path.resolve(name) + ": " + Reason.of(e), e);
    }
  }

  /**
   * Removes those that can be.
   *
   * @throws IOException if one is a folder; the message names it
   */
  void removeAll(List<String> names) throws IOException {
    IOException failed = null;
    for (String name : names) {
      try {
        remove(name);
      } catch (IOException e) {
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
