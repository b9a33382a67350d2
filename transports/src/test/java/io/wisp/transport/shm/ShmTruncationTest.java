// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that cut a file short which the server has mapped. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmTruncationTest {

  private final OneSidedServer server = OneSidedServer.open(options -> options.withThreads(1));
  private final Queue<LogRecord> logged = new ConcurrentLinkedQueue<>();
  private final Logger logger = Logger.getLogger("io.wisp");
  private final StreamHandler handler =
      new StreamHandler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record);
        }
      };

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
  }

  @AfterEach
  void end() {
    server.close();
    logger.removeHandler(handler);
  }

  private int port() {
    return server.server().endpoint().port();
  }

  private Client connect() {
    return server.connect(
        ClientOptions.defaults().withGetPath(GetPath.RING).withTimeout(Duration.ofSeconds(60)));
  }

  private static void use(Client client, int times) {
    try (ValueBuffer value = new ValueBuffer()) {
      for (int i = 0; i < times; i++) {
        client.put(Slice.of("key" + i % 100), Slice.of("value"));
        assertThat(client.get(Slice.of("key" + i % 100), value)).isEqualTo(Status.FOUND);
      }
    }
  }

  private void requireOneLeftAndNothingSaid() throws Exception {
    Eventually.await(() -> server.server().statistics().connections() == 1);
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 4096 + 4096, 4096 + (256 << 10)})
  void shouldEndAClientAloneWhoseFileIsCutShort(int length) throws Exception {
    try (Client good = connect()) {
      // Compiled code learns of a failed access later than interpreted code.
      use(good, 20_000);
      for (int i = 0; i < 20; i++) {
        try (RawClient bad = new RawClient(port())) {
          use(good, 10);
          bad.cutTo(length);
          if (length > 0) {
            // What is left of the first page is all that the server looks at by itself.
            bad.ask();
          }
          use(good, 100);
          // It has not closed its end: the server has.
          assertThat(bad.isEnded()).isTrue();
        }
        requireOneLeftAndNothingSaid();
      }
      use(good, 100);
    }
  }

  @Test
  void shouldEndAClientAloneThatCutsALongReplyOfTheServersShort() throws Exception {
    byte[] longValue = new byte[3_000_000];
    try (Client good = connect();
        ValueBuffer value = new ValueBuffer()) {
      good.put(Slice.of("long"), Slice.of(longValue));
      for (int i = 0; i < 10; i++) {
        // The buffer that the server keeps for the next one.
        assertThat(good.get(Slice.of("long"), value)).isEqualTo(Status.FOUND);
        cutBuffers();
        try (Client unlucky = connect();
            ValueBuffer other = new ValueBuffer()) {
          try {
            unlucky.get(Slice.of("long"), other);
          } catch (io.wisp.transport.TransportException e) {
            // Somebody has to find out.
          }
        }
        use(good, 10);
        assertThat(good.get(Slice.of("long"), value)).isEqualTo(Status.FOUND);
        assertThat(value.valueLength()).isEqualTo(longValue.length);
        requireOneLeftAndNothingSaid();
      }
    }
  }

  private void cutBuffers() throws IOException {
    try (Stream<Path> all = Files.list(OneSidedServer.folder(port()))) {
      for (Path each : all.filter(path -> path.toString().contains("/buffer-")).toList()) {
        try (FileChannel file = FileChannel.open(each, StandardOpenOption.WRITE)) {
          file.truncate(4096);
        }
      }
    }
  }
}
