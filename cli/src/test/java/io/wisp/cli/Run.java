// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.common.Streams;
import io.wisp.cli.serve.StopSignal;
import io.wisp.cli.serve.StoreOpener;
import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.ExitCode;
import io.wisp.store.HeapStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** One run of the real {@link Main}, with its streams in memory and a heap store to serve. */
final class Run {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  static final StoreOpener HEAP_STORE =
      (ByteSize memory, boolean evict, boolean shared) -> new HeapStore();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final StopSignal stop = new StopSignal();
  private InputStream in = InputStream.nullInputStream();
  private int exitCode = -1;

  /** A run that stops at once if it turns out to be a server. */
  static Run of(String... arguments) {
    Run run = new Run();
    if (List.of(arguments).contains("-s")) {
      run.stop();
    }
    return run.execute(arguments);
  }

  /** With this on standard input. */
  Run reading(String text) {
    return reading(text, StandardCharsets.UTF_8);
  }

  Run reading(String text, Charset charset) {
    return reading(new ByteArrayInputStream(text.getBytes(charset)));
  }

  Run reading(InputStream input) {
    in = input;
    return this;
  }

  Run execute(String... arguments) {
    return execute(HEAP_STORE, arguments);
  }

  Run execute(StoreOpener opener, String... arguments) {
    Streams streams = new Streams(in, printTo(out), printTo(err), false, false, false);
    exitCode = new Main(streams, () -> stop, opener).run(arguments);
    return this;
  }

  private static PrintStream printTo(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** Ends a server or a measurement that is executed in another thread. */
  void stop() {
    stop.give();
  }

  int exitCode() {
    return exitCode;
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  byte[] outBytes() {
    return out.toByteArray();
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** Runs a measurement at a rate, again if the machine had no time for it; it must succeed. */
  static Run reachingItsRate(String... arguments) {
    long began = System.nanoTime();
    Run run;
    do {
      run = of(arguments);
    } while (run.exitCode() == ExitCode.SATURATED
        && System.nanoTime() - began < PATIENCE.toNanos());
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    return run;
  }
}
