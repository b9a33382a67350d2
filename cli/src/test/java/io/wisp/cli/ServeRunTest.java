// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.fake.FakeTransport;
import io.wisp.cli.serve.StoreOpener;
import io.wisp.store.FailingStore;
import io.wisp.store.HeapStore;
import io.wisp.transport.Waiting;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeRunTest {

  private final Run server = new Run();

  private Thread start(String... arguments) throws InterruptedException {
    Thread thread = Thread.ofPlatform().start(() -> server.execute(arguments));
    while (!server.out().contains("ready") && thread.isAlive()) {
      Thread.sleep(Duration.ofMillis(5));
    }
    return thread;
  }

  private String port() {
    return server.out().replaceAll("(?s).*fake +[\\d.]+:(\\d+) .*", "$1");
  }

  @Test
  void shouldServeTheStoreUntilItIsStopped() throws Exception {
    Thread thread = start("-s", "--transport", "fake", "--port", "0");
    String host = "127.0.0.1:" + (Integer.parseInt(port()) - 7);
    assertThat(Run.of("-c", host, "--transport", "fake", "put", "k", "v").out())
        .startsWith("Put suc");
    server.stop();
    thread.join();
    assertThat(server.exitCode()).isZero();
    assertThat(server.out()).endsWith("stopped" + System.lineSeparator());
    assertThat(Run.of("-c", host, "--transport", "fake", "get", "k").exitCode()).isEqualTo(1);
  }

  @Test
  void shouldSayWhichThreadWasLostAndEndWithACodeOfItsOwn() throws Exception {
    Thread thread = start("-s", "--transport", "fake", "--port", "0");
    Thread lost = Thread.ofPlatform().name("wisp-fake-3").unstarted(() -> {});
    FakeTransport.optionsOfServerAt(Integer.parseInt(port()))
        .onThreadLost()
        .uncaughtException(lost, new OutOfMemoryError("Java heap space"));
    thread.join();
    assertThat(server.exitCode()).isEqualTo(4);
    assertThat(server.err())
        .isEqualToIgnoringNewLines(
            "wisp: the server ends, for it lost its thread wisp-fake-3 by"
                + " java.lang.OutOfMemoryError: Java heap space; with WISP_TRACE=1 it says where");
    assertThat(server.out()).endsWith("stopped" + System.lineSeparator());
  }

  @Test
  void shouldEndWhenAnErrorEndsTheHousekeeping() throws Exception {
    Run run = new Run();
    StackOverflowError planted = new StackOverflowError("planted");
    run.execute(
        (memory, evict, shared) -> new FailingStore("maintain", planted).store(),
        "-s",
        "--transport",
        "fake",
        "--port",
        "0");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).contains("lost its thread wisp-housekeeper by " + planted);
  }

  @Test
  void shouldGoOnWhenAnExceptionInterruptsTheHousekeeping() throws Exception {
    Run run = new Run();
    FailingStore store = new FailingStore("maintain", new IllegalStateException("planted"));
    Thread thread =
        Thread.ofPlatform()
            .start(
                () ->
                    run.execute(
                        (memory, evict, shared) -> store.store(),
                        "-s",
                        "--transport",
                        "fake",
                        "--port",
                        "0"));
    store.awaitFailure();
    run.stop();
    thread.join();
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("housekeeping failed and will be tried again");
  }

  @Test
  void shouldSayWhichPortClientsNameWhereATransportListensBesideIt() throws Exception {
    Thread thread = start("-s", "--transport", "fake", "--port", "0");
    int base = Integer.parseInt(port()) - 7;
    server.stop();
    thread.join();
    assertThat(server.out())
        .contains(
            "clients ./wisp -c 127.0.0.1:"
                + base
                + " --transport fake (the port is "
                + base
                + " for every transport)");
  }

  @Test
  void shouldNotNameAnAddressThatIsNone() throws Exception {
    Thread thread = start("-s", "--transport", "fake", "--port", "0", "--host", "0.0.0.0");
    server.stop();
    thread.join();
    assertThat(server.out()).contains("clients ./wisp -c HOST:");
  }

  @Test
  void shouldSayWhatItServesAndWhyNotTheOthers() throws Exception {
    Thread thread = start("-s", "--port", "0");
    server.stop();
    thread.join();
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
    Thread thread = start("-s", "--transport", "fake", "--port", "0", option);
    Waiting used = FakeTransport.optionsOfServerAt(Integer.parseInt(port())).waiting();
    server.stop();
    thread.join();
    assertThat(used).isEqualTo(waiting);
  }

  @Test
  void shouldNotShareTheTableWithoutATransportThatMapsIt() throws Exception {
    AtomicBoolean asked = new AtomicBoolean(true);
    Run run = new Run();
    run.stop();
    run.execute(
        (memory, evict, shared) -> {
          asked.set(shared);
          return new HeapStore();
        },
        "-s",
        "--transport",
        "fake",
        "--port",
        "0");
    assertThat(run.exitCode()).isZero();
    assertThat(asked).isFalse();
  }

  @Test
  void shouldWarnWhenStrangersCanReachIt() throws Exception {
    Thread thread = start("-s", "--transport", "fake", "--port", "0", "--host", "0.0.0.0");
    server.stop();
    thread.join();
    assertThat(server.err())
        .contains("WARNING: anyone who can reach 0.0.0.0 can read, change and delete everything");
  }

  @Test
  void shouldNotWarnWhenThereIsAPassword() throws Exception {
    Thread thread =
        start(
            "-s", "--transport", "fake", "--port", "0", "--host", "0.0.0.0", "--requirepass", "x");
    String host = "127.0.0.1:" + (Integer.parseInt(port()) - 7);
    Run stranger = Run.of("-c", host, "--transport", "fake", "get", "k");
    Run friend = Run.of("-c", host, "--transport", "fake", "--password", "x", "put", "k", "v");
    server.stop();
    thread.join();
    assertThat(server.err()).isEmpty();
    assertThat(stranger.err()).contains("wants another password");
    assertThat(friend.exitCode()).isZero();
  }

  @Test
  void shouldSayThatThePortIsTaken() throws Exception {
    Thread thread = start("-s", "--transport", "fake", "--port", "0");
    int base = Integer.parseInt(port()) - 7;
    Run second = Run.of("-s", "--transport", "fake", "--port", "" + base);
    server.stop();
    thread.join();
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.err())
        .isEqualToIgnoringNewLines("wisp: port " + (base + 7) + " is taken by another server");
  }

  @Test
  void shouldLeaveOutATransportThatCannotStartAndSayWhy() throws Exception {
    Thread thread = start("-s", "--transport", "fake", "--port", "0");
    int taken = Integer.parseInt(port());
    Run second = new Run();
    second.stop();
    second.execute("-s", "--port", "" + (taken - 7));
    server.stop();
    thread.join();
    assertThat(second.out())
        .contains("not served  fake: port " + taken + " is taken by another server")
        .contains("tcp     127.0.0.1:" + (taken - 7))
        .contains("ready");
    assertThat(second.exitCode()).isZero();
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
  void shouldRefuseLessMemoryThanATableNeeds() {
    Run run = new Run();
    run.stop();
    run.execute(StoreOpener::openTable, "-s", "--transport", "fake", "--memory", "1k");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("wisp: --memory 1 KiB: ").doesNotContain("Exception");
  }

  @Test
  void shouldServeTheRealTable() throws Exception {
    Run run = new Run();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () ->
                    run.execute(
                        StoreOpener::openTable,
                        "-s",
                        "--transport",
                        "fake",
                        "--port",
                        "0",
                        "--memory",
                        "64m"));
    while (!run.out().contains("ready") && thread.isAlive()) {
      Thread.sleep(Duration.ofMillis(5));
    }
    run.stop();
    thread.join();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("memory  64 MiB (of this machine's ");
  }
}
