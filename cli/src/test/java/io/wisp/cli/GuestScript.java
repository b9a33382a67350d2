// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

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

  /** What a run left: its exit code and all that it wrote to either output. */
  record Outcome(int exitCode, String out, String err) {}

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
    return run(input, start(arguments));
  }

  /** The script itself, without the launcher, which needs a JDK. */
  Outcome runScript(String... arguments) throws Exception {
    builder.command("/bin/bash", ROOT.resolve("scripts/guest.sh").toString());
    builder.command().addAll(List.of(arguments));
    return run("", builder.start());
  }

  private static Outcome run(String input, Process process) throws Exception {
    CompletableFuture<String> err =
        CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String out = text(process.getInputStream());
    return new Outcome(process.waitFor(), out, err.get());
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void executable(Path file, String content) throws IOException {
    Files.writeString(file, content);
    if (!file.toFile().setExecutable(true)) {
      throw new IOException(file + " could not be made executable");
    }
  }
}
