// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.io.IOException;
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
    boolean isHome = state == null || state.isBlank();
    String parent = isHome ? home : state;
    try {
      Path folder = isHome ? Path.of(home) : Path.of(state, "wisp");
      Files.createDirectories(folder);
      Path file = folder.resolve(isHome ? ".wisp_history" : "history");
      if (Files.isWritable(Files.exists(file) ? file : folder)) {
        return file;
      }
    } catch (InvalidPathException | IOException e) {
      // Said below.
    }
    complain.accept("no history is kept, since it cannot be written in " + parent);
    return null;
  }
}
