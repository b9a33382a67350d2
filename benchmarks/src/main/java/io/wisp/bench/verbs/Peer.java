// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.Verbs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A {@link PeerProcess}, seen from the process that started it. For one thread at a time. */
final class Peer implements AutoCloseable {

  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final BufferedReader answers;

  /** Ends our waiting for messages that nobody will send. */
  private final Stop stop = new Stop();

  private Peer(Process process) {
    this.process = process;
    answers = process.inputReader(StandardCharsets.UTF_8);
    CompletableFuture<Void> ignored =
        process.onExit().thenRun(() -> stop.because("the peer is gone"));
  }

  /**
   * Starts one with this process's own JDK and flags.
   *
   * @param prefix what to start it with, as {@code taskset -c 0}; may be empty
   * @throws NoDeviceException if this machine has none; it says why
   */
  static Peer start(List<String> prefix) {
    Verbs.availability()
        .ifPresent(
            reason -> {
              throw new NoDeviceException(reason);
            });
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), PeerProcess.class.getName()));
    try {
      return new Peer(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the peer", e);
    }
  }

  /** The flags of this JVM that are not JMH's own for the benchmark's code. */
  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-X") || flag.startsWith("--"))
        .filter(flag -> !flag.startsWith("-XX:CompileCommand"))
        .toList();
  }

  /**
   * Opens a link and connects it to one that the peer opens.
   *
   * @throws io.wisp.verbs.VerbsException if the device does not let us
   * @throws IllegalStateException if the peer could not
   */
  PairConnection connect(LinkOptions options) {
    Link link = Link.open(options, stop);
    try {
      PairConnection connection = PairConnection.over(this, link);
      List<String> request = new ArrayList<>(List.of(PeerProcess.OPEN));
      request.addAll(link.options.words());
      request.add(link.address().text());
      String address = ask(String.join(" ", request), PeerProcess.OPENED);
      link.connect(LinkAddress.parse(address));
      return connection;
    } catch (RuntimeException e) {
      link.close();
      throw e;
    }
  }

  /** Makes the peer close its end. */
  void disconnect() {
    String ignored = ask(PeerProcess.CLOSE, PeerProcess.CLOSED);
  }

  /** Returns what follows the word that is expected. */
  private String ask(String request, String expected) {
    try {
      process.outputWriter(StandardCharsets.UTF_8).append(request).append('\n').flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException("the peer is gone; what it said is on standard error");
      }
      if (!answer.startsWith(expected)) {
        throw new IllegalStateException("the peer " + answer);
      }
      return answer.substring(expected.length()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("the peer cannot be reached", e);
    }
  }

  /** Ends it, by force if it does not go by itself. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException e) {
      // It is gone already, or will be in a moment.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
