// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.cli.fake.FakeTransport;
import io.wisp.cli.serve.StoreOpener;
import io.wisp.store.FailingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.Transports;
import io.wisp.transport.Waiting;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeRunTest {

  private final Run server = new Run();
  private Thread serving = new Thread();

  private void start(String options) throws InterruptedException {
    start(Run.HEAP_STORE, options);
  }

  /** Serves at a free port; waits until it is ready or has ended. */
  private void start(StoreOpener opener, String options) throws InterruptedException {
    String[] arguments = ("-s --port 0 " + options).split(" ");
    serving = Thread.ofPlatform().start(() -> server.execute(opener, arguments));
    while (!server.out().contains("ready") && serving.isAlive()) {
      Thread.sleep(Duration.ofMillis(5));
    }
  }

  private void stop() throws InterruptedException {
    server.stop();
    serving.join();
  }

  private int port() {
    return Integer.parseInt(server.out().replaceAll("(?s).*fake +[\\d.]+:(\\d+) .*", "$1"));
  }

  /** The port that clients name. */
  private int base() {
    return port() - FakeTransport.PORT_OFFSET;
  }

  private Run client(String command) {
    return Run.of(("-c 127.0.0.1:" + base() + " --transport fake " + command).split(" "));
  }

  @Test
  void shouldServeTheStoreUntilItIsStopped() throws Exception {
    start("--transport fake");
    assertThat(client("put k v").out()).startsWith("OK");
    stop();
    assertThat(server.exitCode()).isZero();
    assertThat(server.out()).endsWith("stopped" + System.lineSeparator());
    assertThat(client("get k").exitCode()).isEqualTo(1);
  }

  @Test
  void shouldSayWhichThreadWasLostAndEndWithACodeOfItsOwn() throws Exception {
    start("--transport fake");
    Thread lost = Thread.ofPlatform().name("wisp-fake-3").unstarted(() -> {});
    FakeTransport.optionsOfServerAt(port())
        .onThreadLost()
        .uncaughtException(lost, new OutOfMemoryError("Java heap space"));
    serving.join();
    assertThat(server.exitCode()).isEqualTo(4);
    assertThat(server.err())
        .isEqualToIgnoringNewLines(
            "wisp: the server ends, for it lost its thread wisp-fake-3 by"
                + " java.lang.OutOfMemoryError: Java heap space; with WISP_TRACE=1 it says where");
    assertThat(server.out()).endsWith("stopped" + System.lineSeparator());
  }

  @Test
  void shouldEndWhenAnErrorEndsTheHousekeeping() throws Exception {
    StackOverflowError planted = new StackOverflowError("planted");
    Store failing = new FailingStore("maintain", planted).store();
    start((memory, evict, shared) -> failing, "--transport fake");
    serving.join();
    assertThat(server.exitCode()).isEqualTo(4);
    assertThat(server.err()).contains("lost its thread wisp-housekeeper by " + planted);
  }

  @Test
  void shouldGoOnWhenAnExceptionInterruptsTheHousekeeping() throws Exception {
    FailingStore failing = new FailingStore("maintain", new IllegalStateException("planted"));
    start((memory, evict, shared) -> failing.store(), "--transport fake");
    failing.awaitFailure();
    stop();
    assertThat(server.exitCode()).isZero();
    assertThat(server.err()).contains("housekeeping failed and will be tried again");
  }

  @Test
  void shouldSayWhereTheJarsOfALogAreMissing(@TempDir Path folder) {
    Run run = Run.of("-s", "-t", "--port", "0", "--memory", "16m", "--data", folder.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("--data needs jars that are not in ", "-Dwisp.replication=FOLDER");
    assertThat(folder).isEmptyDirectory();
  }

  /** Nobody would read it: slots move between shards, and no lease says of which it is. */
  @ParameterizedTest
  @CsvSource({"0-16383, true", "0-16382, false"})
  void shouldOpenNoTableForClientsBehindALogAmongSeveralShards(
      String slots, boolean isShared, @TempDir Path folder) throws Exception {
    assumeTrue(Transports.named("shm").unavailable().isEmpty());
    String other =
        isShared
            ? ""
            : ", {\"name\": \"b\", \"host\": \"127.0.0.1\", \"port\": 7001, \"slots\": \"16383\"}";
    Path file =
        Files.writeString(
            folder.resolve("cluster.json"),
            """
            {"nodes": [{"name": "a", "host": "127.0.0.1", "port": 7000, "slots": "%s"}%s]}
            """
                .formatted(slots, other));
    AtomicReference<Boolean> asked = new AtomicReference<>();
    new Run()
        .execute(
            (memory, evict, shared) -> {
              asked.set(shared);
              throw new IllegalStateException("enough");
            },
            "-s",
            "--memory",
            "16m",
            "--data",
            folder.resolve("data").toString(),
            "--cluster",
            file.toString(),
            "--cluster-node",
            "a");
    assertThat(asked).hasValue(isShared);
  }

  @Test
  void shouldSayWhichPortClientsNameWhereATransportListensBesideIt() throws Exception {
    start("--transport fake");
    stop();
    assertThat(server.out())
        .contains(
            "clients ./wisp -c 127.0.0.1:BASE --transport fake (the port is BASE for every transport)"
                .replace("BASE", Integer.toString(base())));
  }

  @Test
  void shouldNotNameAnAddressThatIsNone() throws Exception {
    start("--transport fake --host 0.0.0.0");
    stop();
    assertThat(server.out()).contains("clients ./wisp -c HOST:");
  }

  @Test
  void shouldSayWhatItServesAndWhyNotTheOthers() throws Exception {
    start("");
    stop();
    assertThat(server.out())
        .startsWith("Wisp v")
        .contains("memory  ", "a quarter of this machine's ")
        .contains("fake    127.0.0.1:")
        .contains("not served  absent: no machine has the device")
        .doesNotContain("null");
  }

  @Test
  void shouldNotServeWithoutTheDeviceThatItWasTold() {
    NoRdma.assume();
    Run run = Run.of("-s", "--port", "0", "--device", "mlx5_0");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "wisp: " + NoRdma.reason() + ", and --device is for the transport rdma");
  }

  @ParameterizedTest
  @CsvSource({"--busy-poll, POLL", "--wait=sleep, SLEEP", "--evict, SPIN"})
  void shouldServeWithTheWayOfWaitingThatItWasTold(String option, Waiting waiting)
      throws Exception {
    start("--transport fake " + option);
    Waiting used = FakeTransport.optionsOfServerAt(port()).waiting();
    stop();
    assertThat(used).isEqualTo(waiting);
  }

  @Test
  void shouldNotShareTheTableWithoutATransportThatMapsIt() throws Exception {
    AtomicBoolean asked = new AtomicBoolean(true);
    start(
        (memory, evict, shared) -> {
          asked.set(shared);
          return new HeapStore();
        },
        "--transport fake");
    stop();
    assertThat(server.exitCode()).isZero();
    assertThat(asked).isFalse();
  }

  @Test
  void shouldWarnWhenStrangersCanReachIt() throws Exception {
    start("--transport fake --host 0.0.0.0");
    stop();
    assertThat(server.err())
        .contains("WARNING: anyone who can reach 0.0.0.0 can read, change and delete everything");
  }

  @Test
  void shouldNotWarnWhenThereIsAPassword() throws Exception {
    start("--transport fake --host 0.0.0.0 --requirepass x");
    Run stranger = client("get k");
    Run friend = client("--password x put k v");
    stop();
    assertThat(server.err()).isEmpty();
    assertThat(stranger.err()).contains("wants another password");
    assertThat(friend.exitCode()).isZero();
  }

  @Test
  void shouldSayThatThePortIsTaken() throws Exception {
    start("--transport fake");
    Run second = Run.of(("-s --transport fake --port " + base()).split(" "));
    stop();
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.err())
        .isEqualToIgnoringNewLines("wisp: port " + port() + " is taken by another server");
  }

  @Test
  void shouldLeaveOutATransportThatCannotStartAndSayWhy() throws Exception {
    start("--transport fake");
    Run second = Run.of(("-s --port " + base()).split(" "));
    stop();
    assertThat(second.out())
        .contains("not served  fake: port " + port() + " is taken by another server")
        .contains("tcp     127.0.0.1:" + base())
        // Of the ports of others one may be somebody's connection.
        .containsPattern("ready without ([a-z]+, )*fake; ");
    assertThat(second.exitCode()).isZero();
  }

  @Test
  void shouldNotCountAsMissingWhatThisMachineCannotRun() throws Exception {
    start("");
    stop();
    // Another process may have taken the port of one that this machine can run.
    assertThat(server.out())
        .contains("not served  absent: ")
        .containsPattern("ready[^;]*; ")
        .doesNotContainPattern("ready without[^;]*(absent|rdma)");
  }

  @Test
  void shouldNameTcpAsMissingIfItsPortIsTakenAndFailIfItWasAllThatWasAskedFor() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = " --port " + other.getLocalPort();
      String reason = "cannot listen on 127.0.0.1:" + other.getLocalPort() + ": Address already";
      Run all = Run.of(("-s" + port).split(" "));
      assertThat(all.out()).contains("not served  tcp: " + reason).contains("ready without tcp");
      Run alone = Run.of(("-s -t" + port).split(" "));
      assertThat(alone.exitCode()).isEqualTo(1);
      assertThat(alone.err()).startsWith("wisp: " + reason);
      assertThat(alone.out()).doesNotContain("ready");
    }
  }

  @Test
  void shouldSayWhyNoTransportCouldBeStarted() throws Exception {
    start("");
    // Another process may have taken one of the ports, and be gone when the second one comes.
    assumeTrue(server.out().contains("ready; "), server::out);
    Run second = Run.of(("-s --port " + base()).split(" "));
    stop();
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.out()).doesNotContain("ready; ", "ready without");
    assertThat(second.err())
        .startsWith("wisp: no transport could be started: ")
        .contains("fake: port " + port() + " is taken by another server")
        .contains("tcp: cannot listen on 127.0.0.1:" + base() + ": Address already in use")
        .doesNotContain("absent");
  }

  @Test
  void shouldRefuseAHostThatIsNone() {
    Run run = Run.of("-s", "--transport", "fake", "--host", "no-such-host.invalid");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "wisp: --host no-such-host.invalid is no address of any machine");
  }

  @Test
  void shouldRefuseAPortThatLeavesNoRoomForATransport() {
    Run run = Run.of("-s", "--transport", "fake", "--port", "65535");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("port 65535 leaves no room for the transport fake");
  }

  @Test
  void shouldRefuseMoreMemoryThanTheMachineHas() {
    Run run = Run.of("-s", "--transport", "fake", "--memory", "1000t");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("wisp: --memory 1000 TiB is more than the ");
  }

  @Test
  void shouldRefuseLessMemoryThanATableNeeds() throws Exception {
    start(StoreOpener::openTable, "--transport fake --memory 1k");
    serving.join();
    assertThat(server.exitCode()).isEqualTo(2);
    assertThat(server.err()).startsWith("wisp: --memory 1 KiB: ").doesNotContain("Exception");
  }

  @Test
  void shouldServeTheRealTable() throws Exception {
    start(StoreOpener::openTable, "--transport fake --memory 64m");
    stop();
    assertThat(server.exitCode()).isZero();
    assertThat(server.out()).contains("memory  64 MiB (of this machine's ");
  }
}
