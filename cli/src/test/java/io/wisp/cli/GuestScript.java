// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Starts {@code ./wisp guest} with its temporary files in a folder of the test's own. */
final class GuestScript {

  static final Path ROOT = root();

  private final ProcessBuilder builder = new ProcessBuilder();

  GuestScript(Path temporary) {
    builder.environment().put("WISP_BUILD", "never");
    builder.environment().put("TMPDIR", temporary.toString());
    builder.directory(ROOT.toFile());
  }

  private static Path root() {
    try {
      return Path.of("..").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  GuestScript with(String variable, String value) {
    builder.environment().put(variable, value);
    return this;
  }

  GuestScript withFirstOnPath(Path folder) {
    return with("PATH", folder + File.pathSeparator + System.getenv("PATH"));
  }

  Process start(String... arguments) throws IOException {
    builder.command(ROOT.resolve("wisp").toString(), "guest");
    builder.command().addAll(List.of(arguments));
    return builder.start();
  }

  Outcome run(String input, String... arguments) throws Exception {
    return Outcome.of(start(arguments), input);
  }

  /** The script itself, without the launcher, which needs a JDK. */
  Outcome runScript(String... arguments) throws Exception {
    builder.command("/bin/bash", ROOT.resolve("scripts/guest.sh").toString());
    builder.command().addAll(List.of(arguments));
    return Outcome.of(builder.start());
  }

  static void executable(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    if (!file.toFile().setExecutable(true)) {
      throw new IOException(file + " could not be made executable");
    }
  }
}
