// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** What a process left: its exit code and all that it wrote to either output. */
record Outcome(int exitCode, String out, String err) {

  /** That of a process that has nothing on its standard input. */
  static Outcome of(Process process) throws Exception {
    return of(process, "");
  }

  /** That of a process with this on its standard input. */
  static Outcome of(Process process, String input) throws Exception {
    CompletableFuture<String> err =
        CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
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
}
