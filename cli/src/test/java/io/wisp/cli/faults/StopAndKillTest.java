// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * SIGSTOP and SIGKILL of server or clients, in the midst of their work, over every transport but
 * rdma. The system property {@code wisp.faults.seed} repeats a run, as far as processes can.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StopAndKillTest {

  /** Of those that are not to fail, however busy the machine is. */
  private static final Duration PATIENT = Duration.ofSeconds(100);

  /** Of those that are to fail. */
  private static final Duration IMPATIENT = Duration.ofSeconds(3);

  private static final int LONGEST_WORK_MILLIS = 200;
  private static final int QUIET_SAMPLES = 20;

  private final long seed = Long.getLong("wisp.faults.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private volatile boolean serverEnds;
  private final Map<Route, Client> witnesses = new EnumMap<>(Route.class);

  /** How often a process is stopped or killed. */
  int rounds() {
    return 3;
  }

  @BeforeEach
  void printSeed() {
    System.out.println("faults: seed " + seed);
  }

  @AfterEach
  void closeWitnesses() {
    witnesses.values().forEach(Client::close);
    witnesses.clear();
  }

  private static ServerProcess serve() throws IOException, InterruptedException {
    return start(ServerProcess.with("--memory", "64m"));
  }

  private static ServerProcess start(ServerProcess.Start start)
      throws IOException, InterruptedException {
    ServerProcess server = start.jvm("-Xmx256m").start();
    assertThat(server.out()).contains("tcp ", "zmq ", "shm ");
    return server;
  }

  /** Each goes through every length, after which a server keeps no more for it whatever it asks. */
  private void bringWitnesses(ServerProcess server) {
    for (Route route : Route.values()) {
      Client client = route.connect(server.port(), PATIENT);
      witnesses.put(route, client);
      route.checkEachLength(client, witnessKey(route), random);
    }
    checkOthersAreServed();
  }

  private static byte[] witnessKey(Route route) {
    return ("witness " + route).getBytes(UTF_8);
  }

  private void checkOthersAreServed() {
    witnesses.forEach(
        (route, client) -> {
          for (int i = 0; i < 20; i++) {
            route.checkRound(client, witnessKey(route), random);
          }
        });
  }

  private void workForAMoment() throws InterruptedException {
    Thread.sleep(random.nextInt(LONGEST_WORK_MILLIS));
  }

  /** What a server holds for its clients. */
  private record Holdings(int descriptors, long sharedMappings, long sharedFiles) {

    boolean isWithin(Holdings other) {
      return descriptors <= other.descriptors
          && sharedMappings <= other.sharedMappings
          && sharedFiles <= other.sharedFiles;
    }
  }

  private static Holdings holdings(ServerProcess server) throws IOException {
    try (Stream<String> maps = Files.lines(Path.of("/proc", Long.toString(server.pid()), "maps"))) {
      return new Holdings(
          server.descriptors(),
          maps.filter(line -> line.contains("/dev/shm/")).count(),
          sharedFiles(server.port()));
    }
  }

  /** The files and folders of shm, which has the port that it listens at in their names. */
  private static long sharedFiles(int basePort) throws IOException {
    int port = basePort + Transports.named("shm").portOffset();
    Pattern name = Pattern.compile("\\b" + port + "\\b");
    AtomicLong found = new AtomicLong();
    Files.walkFileTree(
        Path.of("/dev/shm"),
        Set.of(),
        4,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return count(folder);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return count(file);
          }

          private FileVisitResult count(Path path) {
            found.addAndGet(name.matcher(path.toString()).find() ? 1 : 0);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException cause) {
            // It went away meanwhile, or is another user's.
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException cause) {
            return FileVisitResult.CONTINUE;
          }
        });
    return found.get();
  }

  /** Those that stay the same for a while. */
  private static Holdings quietHoldings(ServerProcess server) throws Exception {
    Holdings before = holdings(server);
    for (int same = 0; same < QUIET_SAMPLES; ) {
      Thread.sleep(50);
      Holdings now = holdings(server);
      same = now.equals(before) ? same + 1 : 0;
      before = now;
    }
    return before;
  }

  /** As timeout(1) does: or what was in shared memory would stay there. */
  @Test
  void shouldEndCleanlyWhenOneRequestToEndComesAsTwoSignals() throws Exception {
    try (ServerProcess server = serve()) {
      long pid = server.pid();
      new ProcessBuilder("sh", "-c", "kill -TERM " + pid + "; kill -TERM " + pid).start().waitFor();
      assertThat(server.exitCode()).isZero();
      assertThat(server.out()).contains("stopped");
    }
  }

  @Test
  void shouldServeOthersAndKeepNothingOfClientsThatAreKilledOrStopInTheMidstOfTheirWork()
      throws Exception {
    try (ServerProcess server = serve()) {
      bringWitnesses(server);
      Holdings quiet = quietHoldings(server);
      for (int round = 0; round < rounds(); round++) {
        try (ClientProcess clients = ClientProcess.start(server.port())) {
          workForAMoment();
          if (random.nextBoolean()) {
            clients.stop();
            checkOthersAreServed();
            if (random.nextBoolean()) {
              clients.resume();
              long lines = clients.lines();
              clients.await("working again", () -> clients.lines() > lines);
            }
          }
          clients.kill();
          checkOthersAreServed();
          assertThat(clients.out()).doesNotContain("FAILED");
        }
        server.await(
            "rid of what killed clients had, which makes " + quiet,
            () -> {
              try {
                return holdings(server).isWithin(quiet);
              } catch (IOException e) {
                return false;
              }
            });
      }
      checkOthersAreServed();
      assertThat(server.err()).doesNotContain("\tat ");
    }
  }

  private record Ended(Route route, String message) {}

  /** Clients that work until they fail. */
  private List<Future<Ended>> victims(
      ExecutorService threads, ServerProcess server, AtomicLong working) {
    List<Future<Ended>> victims = new ArrayList<>();
    for (Route route : Route.values()) {
      long own = random.nextLong();
      victims.add(threads.submit(() -> workUntilItFails(route, server, new Random(own), working)));
    }
    return victims;
  }

  /** A pause of this machine may end some before the server does, who then begin anew. */
  private Ended workUntilItFails(
      Route route, ServerProcess server, Random random, AtomicLong working) {
    byte[] key = ("victim " + route).getBytes(UTF_8);
    boolean hasWorked = false;
    while (true) {
      try (Client client = route.connect(server.port(), IMPATIENT)) {
        route.checkRound(client, key, random);
        if (!hasWorked) {
          hasWorked = true;
          working.incrementAndGet();
        }
        while (true) {
          route.checkRound(client, key, random);
        }
      } catch (TransportException e) {
        if (serverEnds || !(e instanceof TransportTimeoutException)) {
          return new Ended(route, String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private static void checkEnds(List<Future<Ended>> victims) throws Exception {
    for (Future<Ended> each : victims) {
      Ended ended = each.get();
      System.out.println(ended.route + ": " + ended.message);
      assertThat(ended.message).contains("127.0.0.1:").doesNotContain("Exception", "null");
    }
  }

  private void awaitWork(ServerProcess server, AtomicLong working) throws InterruptedException {
    server.await("at work for all clients", () -> working.get() == Route.values().length);
    workForAMoment();
    serverEnds = true;
  }

  @Test
  void shouldEndClientsInWordsWhenTheServerStopsAndServeThemAnewWhenItGoesOn() throws Exception {
    try (ServerProcess server = serve();
        ExecutorService threads = Executors.newCachedThreadPool()) {
      bringWitnesses(server);
      for (Route route : Route.values()) {
        witnesses
            .get(route)
            .put(("kept by " + route).getBytes(UTF_8), route.name().getBytes(UTF_8));
      }
      AtomicLong working = new AtomicLong();
      List<Future<Ended>> victims = victims(threads, server, working);
      awaitWork(server, working);
      server.stop();
      checkEnds(victims);
      server.resume();
      checkOthersAreServed();
      for (Route route : Route.values()) {
        try (Client client = route.connect(server.port(), PATIENT)) {
          for (Route each : Route.values()) {
            assertThat(client.get(("kept by " + each).getBytes(UTF_8)))
                .asString()
                .isEqualTo(each.name());
          }
        }
      }
    }
  }

  @Test
  void shouldEndClientsInWordsWhenTheServerIsKilledAndLetAnotherServeThemAtTheSamePorts()
      throws Exception {
    try (ServerProcess killed = serve();
        ExecutorService threads = Executors.newCachedThreadPool()) {
      AtomicLong working = new AtomicLong();
      List<Future<Ended>> victims = victims(threads, killed, working);
      awaitWork(killed, working);
      killed.kill();
      checkEnds(victims);
      try (ServerProcess next = start(ServerProcess.with("--memory", "64m").port(killed.port()))) {
        bringWitnesses(next);
        closeWitnesses();
        next.terminate();
        assertThat(next.exitCode()).isZero();
        assertThat(sharedFiles(next.port())).isZero();
      }
    }
  }
}
