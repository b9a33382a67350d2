// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.common.Streams;
import io.wisp.cli.fake.EmulatedTransport;
import io.wisp.measure.loop.Extent;
import io.wisp.measure.loop.Loop;
import io.wisp.measure.loop.SystemLoadClock;
import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.Workload;
import io.wisp.store.HeapStore;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LookupCountersTest {

  @Test
  void shouldFindTheClientsCountersAmongTheServersLines() {
    LookupCounters counters =
        LookupCounters.of(
            """
            transport:shm
            client_lookup_fall_backs:2\r
            clients:9
            client_retries:30
            client_device:rxe0
            requests:5
            """);
    assertThat(counters.byName()).isEqualTo(Map.of("lookup_fall_backs", 2L, "retries", 30L));
    assertThat(counters).hasToString("lookup fall backs 2, retries 30");
  }

  @Test
  void shouldSayWhichWaysGetsTook() {
    LookupCounters counters =
        LookupCounters.of("client_gets_read:750\nclient_gets_asked:250\nclient_lookup_reads:800\n");
    assertThat(counters.ways())
        .hasValue(
            "75.0 % read in the server's memory, 25.0 % answered by its processor; 0.80 reads each");
    assertThat(LookupCounters.of("client_posts:7").ways()).isEmpty();
  }

  @Test
  void shouldAddClientsUp() {
    LookupCounters sum = LookupCounters.of("client_a:1\nclient_b:2").plus(LookupCounters.NONE);
    assertThat(sum.plus(LookupCounters.of("client_b:40\nclient_c:5")).byName())
        .isEqualTo(Map.of("a", 1L, "b", 42L, "c", 5L));
  }

  @Test
  void shouldTellTheMeasuredPartFromTheWarmUp() throws Exception {
    PerfResult result = run(true);
    assertThat(result.failures()).isEmpty();
    assertThat(result.lookups().byName())
        .isEqualTo(Map.of("lookups", 500L, "lookup_fall_backs", 0L));
    assertThat(report(result))
        .containsPattern("(?m)^lookups +lookup fall backs 0, lookups 500$")
        .containsPattern("(?m)^qps ");
  }

  @Test
  void shouldAskForNoCountersWhereClientsDoNotLookKeysUp() throws Exception {
    PerfResult result = run(false);
    assertThat(result.lookups().isEmpty()).isTrue();
    assertThat(report(result)).doesNotContain("lookups");
  }

  private static String report(PerfResult result) {
    return PerfReportTest.print(report -> report.result(result));
  }

  private static PerfResult run(boolean clientsLookUp) {
    Transport transport = new EmulatedTransport();
    Workload gets = Workload.uniform(2, 100, 10, OperationMix.parse("get:1"));
    PerfSettings settings =
        new PerfSettings(
            new Loop.Closed(new Extent.Requests(500)),
            gets,
            null,
            0,
            new Extent.Requests(100),
            2,
            2,
            1,
            1);
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Streams streams =
        new Streams(InputStream.nullInputStream(), nowhere, nowhere, false, false, false);
    try (HeapStore store = new HeapStore();
        Server server = transport.serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
        PerfRun run = new PerfRun(settings, new Progress(streams), clientsLookUp)) {
      ClientOptions options = ClientOptions.defaults();
      run.connect(
          () -> transport.connect(server.endpoint(), options),
          () -> new SystemLoadClock(options.waiting(), () -> false),
          options.timeout());
      assertThat(run.prepare()).isEmpty();
      return run.measure(result -> {}).getFirst();
    }
  }
}
