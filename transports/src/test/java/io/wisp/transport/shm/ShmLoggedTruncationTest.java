// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HeldLog;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.WriteLog.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that cut their file short while writes of theirs are among those of others. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmLoggedTruncationTest {

  private static final Status[] WRITTEN = {Status.CREATED, Status.REPLACED};

  private final HeapStore store = new HeapStore();
  private final HeldLog log = new HeldLog(store);
  private final AtomicReference<Throwable> lost = new AtomicReference<>();
  private final Server server =
      new ShmTransport()
          .serve(
              store,
              ServerOptions.at(new Endpoint("127.0.0.1", 0))
                  .withThreads(1)
                  .withWriteLog(log)
                  .withOnThreadLost((thread, cause) -> lost.set(cause)));

  @AfterEach
  void close() {
    log.letGo();
    server.close();
    log.close();
    assertThat(lost.get()).isNull();
  }

  private Client connect() {
    return new ShmTransport()
        .connect(server.endpoint(), ClientOptions.defaults().withTimeout(Duration.ofSeconds(60)));
  }

  private RawClient bad() throws Exception {
    return new RawClient(server.endpoint().port());
  }

  private static void use(Client client, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(client.put(Slice.of("key" + i % 100), Slice.of("value"))).isIn((Object[]) WRITTEN);
    }
  }

  /** Compiled code learns of a failed access later than interpreted code. */
  private void warmUp(Client good) throws Exception {
    use(good, 5_000);
    for (int i = 0; i < 100; i++) {
      try (RawClient other = bad()) {
        other.put(200, "other", "value");
      }
    }
    Eventually.await(() -> server.statistics().connections() == 1);
    // Behind the last entry of the others, or else that would be the one which the log holds.
    use(good, 1);
  }

  @ParameterizedTest
  @CsvSource({"0, DONE", "4096, DONE", "8192, NOT_DONE", "4096, UNKNOWN", "266240, NOT_DONE"})
  void shouldEndAClientAloneWhoseRepliesAreHeld(int length, Outcome outcome) throws Exception {
    try (Client good = connect()) {
      warmUp(good);
      for (int i = 0; i < 10; i++) {
        try (RawClient bad = bad()) {
          log.hold();
          bad.put(50, "bad" + i, "value");
          Eventually.await(log::isHolding);
          bad.cutTo(length);
          log.end(outcome, "for that");
          use(good, 10);
          if (length > 0) {
            // What is left of the first page is all that the server looks at by itself.
            bad.ask();
          }
          use(good, 10);
          assertThat(bad.isEnded()).isTrue();
        }
        Eventually.await(() -> server.statistics().connections() == 1);
        use(good, 100);
        assertThat(store.contains(Slice.of("bad" + i))).isEqualTo(outcome == Outcome.DONE);
      }
    }
  }

  /** Each entry has writes of both. */
  @Test
  void shouldHarmNoWriteOfOthersWhateverIsCutWhen() throws Exception {
    try (Client good = connect()) {
      warmUp(good);
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!Thread.currentThread().isInterrupted() && lost.get() == null) {
                      try (RawClient bad = bad()) {
                        bad.put(1_000, "bad", "value");
                        bad.cutTo(4096);
                        bad.ask();
                      } catch (Exception e) {
                        // It was ended, as it should be.
                      }
                    }
                  });
      try {
        use(good, 5_000);
      } finally {
        writer.interrupt();
        writer.join();
      }
    }
  }
}
