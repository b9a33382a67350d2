// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/**
 * A file for the result of a run. It appears whole or not at all: it is written under another name
 * first. What is there already and is no file of its own, as a link, a pipe or a device, stays what
 * it is: it is written into.
 */
final class ResultFile implements ResultTarget {

  private final Path file;
  private final Path directory;
  private final boolean inPlace;

  /**
   * A file to be written later.
   *
   * @throws UserError if it cannot be, so that nobody waits for a run in vain
   */
  ResultFile(Path file) {
    this.file = file.toAbsolutePath();
    this.directory = Objects.requireNonNullElse(this.file.getParent(), this.file);
    if (Files.isDirectory(this.file)) {
      throw UserError.failure("--json " + file + " is a folder");
    }
    inPlace =
        Files.exists(this.file, LinkOption.NOFOLLOW_LINKS)
            && !Files.isRegularFile(this.file, LinkOption.NOFOLLOW_LINKS);
    if (inPlace && Files.exists(this.file) && !Files.isWritable(this.file)) {
      throw UserError.failure("--json " + file + ": nothing can be written to it");
    }
    if (inPlace) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw UserError.failure("--json " + file + ": there is no folder " + directory);
    }
    if (!Files.isWritable(directory)) {
      throw UserError.failure("--json " + file + ": nothing can be written to " + directory);
    }
  }

  /**
   * Removes what an earlier run left there, which would pass for the result of one that fails.
   *
   * @throws UserError if it cannot be removed
   */
  @Override
  public void removeOld() {
    try {
      if (!inPlace) {
        Files.deleteIfExists(file);
      } else if (Files.isRegularFile(file)) {
        Files.write(file, new byte[0]);
      }
    } catch (IOException e) {
      throw UserError.failure(
          "--json " + file + ": the older file could not be removed: " + e.getMessage());
    }
  }

  @Override
  public void write(byte[] json) {
    try {
      if (inPlace) {
        Files.write(file, json);
      } else {
        replace(json);
      }
    } catch (IOException e) {
      throw UserError.failure("--json " + file + " could not be written: " + e.getMessage());
    }
  }

  /** Not by createTempFile, whose files are for their owner alone whatever the umask says. */
  private void replace(byte[] bytes) throws IOException {
    Path unfinished = directory.resolve(".wisp-perf-" + UUID.randomUUID() + ".unfinished");
    try {
      Files.write(unfinished, bytes, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
