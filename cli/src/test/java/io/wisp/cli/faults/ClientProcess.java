// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.process.JavaCommand;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Clients of every way to reach a server, in a process of their own, that work until it ends. */
final class ClientProcess extends RunningProcess {

  private static final Duration TIMEOUT = Duration.ofSeconds(100);
  private static final int ROUNDS_OF_A_LINE = 50;

  private ClientProcess(Process process) {
    super(process);
  }

  /** Starts it and waits until each of its clients has worked. */
  static ClientProcess start(int port) throws IOException, InterruptedException {
    List<String> command =
        JavaCommand.of(
            ClientProcess.class.getName(),
            System.getProperty("java.class.path"),
            List.of("-Xmx128m", "-XX:+UseSerialGC"),
            List.of(Integer.toString(port)));
    ClientProcess clients = new ClientProcess(new ProcessBuilder(command).start());
    try {
      for (Way way : Way.values()) {
        clients.await(way + " at work", () -> clients.hasSaid(way + " "));
      }
      return clients;
    } catch (Throwable e) {
      clients.close();
      throw e;
    }
  }

  /** How many lines all clients have written, which grows as long as they work. */
  long lines() {
    return out().lines().count();
  }

  /** Takes the base port. */
  public static void main(String[] arguments) {
    int port = Integer.parseInt(arguments[0]);
    for (Way way : Way.values()) {
      Thread.ofPlatform().start(() -> work(way, port));
    }
  }

  private static void work(Way way, int port) {
    byte[] key = ("key of " + way + " " + ProcessHandle.current().pid()).getBytes(UTF_8);
    Random random = new Random();
    try (Client client = way.connect(port, TIMEOUT)) {
      for (long round = 0; ; round++) {
        if (round % ROUNDS_OF_A_LINE == 1) {
          System.out.println(way + " " + round);
        }
        way.checkRound(client, key, random);
      }
    } catch (TransportException e) {
      System.out.println(way + " FAILED: " + e.getMessage());
      Runtime.getRuntime().halt(3);
    }
  }
}
