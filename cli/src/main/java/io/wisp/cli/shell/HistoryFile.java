// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where the prompt keeps what was typed. */
final class HistoryFile {

  private HistoryFile() {}

  /**
   * The file, which need not exist, in a folder that does.
   *
   * @param state the folder for state of the user's programs, if the environment names one
   * @param home the user's folder, for where it does not
   * @param complain is told in a sentence why there can be none
   * @return null then
   */
  static @Nullable Path choose(@Nullable String state, String home, Consumer<String> complain) {
    try {
      Path folder =
          state == null || state.isBlank() ? Path.of(home) : Path.of(state).resolve("wisp");
      Files.createDirectories(folder);
      Path file = folder.resolve(state == null || state.isBlank() ? ".wisp_history" : "history");
      if (!Files.isWritable(Files.exists(file) ? file : folder)) {
        throw new FileSystemException(file.toString(), null, "it cannot be written");
      }
      return file;
    } catch (InvalidPathException | IOException e) {
      complain.accept("no history is kept: " + e.getMessage());
      return null;
    }
  }
}
