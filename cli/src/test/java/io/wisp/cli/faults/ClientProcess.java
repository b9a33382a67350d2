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

/** Clients by every route to a server, in a process of their own, that work until it ends. */
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
      for (Route route : Route.values()) {
        clients.await(route + " at work", () -> clients.hasSaid(route + " "));
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
    for (Route route : Route.values()) {
      Thread.ofPlatform().start(() -> work(route, port));
    }
  }

  private static void work(Route route, int port) {
    byte[] key = ("key of " + route + " " + ProcessHandle.current().pid()).getBytes(UTF_8);
    Random random = new Random();
    try (Client client = route.connect(port, TIMEOUT)) {
      for (long round = 0; ; round++) {
        if (round % ROUNDS_OF_A_LINE == 1) {
          System.out.println(route + " " + round);
        }
        route.checkRound(client, key, random);
      }
    } catch (TransportException e) {
      System.out.println(route + " FAILED: " + e.getMessage());
      Runtime.getRuntime().halt(3);
    }
  }
}
