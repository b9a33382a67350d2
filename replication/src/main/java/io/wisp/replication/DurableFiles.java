// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are there as a whole or not at all, and stay when the machine ends. */
final class DurableFiles {

  /** Writes what a file is to hold. */
  @FunctionalInterface
  interface Content {

    /** Writes it; the answer is whether that was all of it. If it was not, there is no file. */
    boolean writeTo(FileChannel channel) throws IOException;
  }

  private DurableFiles() {}

  /**
   * Writes a file, which replaces one of its name at one moment.
   *
   * @return whether it was written; if not, the content was not all there
   */
  static boolean write(Path file, Content content) throws IOException {
    Path draft = draftOf(file);
    try {
      try (FileChannel channel =
          FileChannel.open(
              draft,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        if (!content.writeTo(channel)) {
          return false;
        }
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      forceName(file);
      return true;
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** Where a file is while it is written. */
  static Path draftOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".draft");
  }

  /** Makes a file's name last, which is the business of its folder. */
  static void forceName(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
