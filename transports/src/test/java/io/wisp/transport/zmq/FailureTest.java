// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.FailingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Patient;
import io.wisp.transport.Relay;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportTimeoutException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailureTest {

  private static final Endpoint LOCAL = new Endpoint("127.0.0.1", 0);

  /** What a class logs, instead of on the console. */
  private static final class Log extends Handler implements AutoCloseable {

    private final BlockingQueue<LogRecord> records = new LinkedBlockingQueue<>();
    private final Logger logger;

    Log(Class<?> source) {
      logger = Logger.getLogger(source.getName());
      logger.addHandler(this);
      logger.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord entry) {
      records.add(entry);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
      logger.setUseParentHandlers(true);
    }
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("a broken chain"),
        new AssertionError("a broken chain"),
        new OutOfMemoryError("a broken chain"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void shouldAnswerTheRequestThatTheStoreFailsAtAndServeTheNext(Throwable failure) {
    ZmqTransport transport = new ZmqTransport();
    try (Log log = new Log(RequestLoop.class);
        Server server =
            transport.serve(new FailingStore("get", failure).store(), ServerOptions.at(LOCAL));
        Client client = transport.connect(server.endpoint(), Patient.options())) {
      Slice key = Slice.of("key");
      for (int i = 0; i < 3; i++) {
        assertThat(client.get(key, new ValueBuffer())).isEqualTo(Status.REFUSED);
        assertThat(client.put("key".getBytes(UTF_8), "value".getBytes(UTF_8)).isError()).isFalse();
      }
      assertThat(log.records)
          .extracting(LogRecord::getMessage)
          .hasSize(3)
          .allSatisfy(
              text ->
                  assertThat(text)
                      .startsWith("a request of 127.0.0.1:")
                      .endsWith(" failed: " + failure));
      assertThat(log.records).extracting(LogRecord::getThrown).containsOnlyNulls();
    }
  }

  @Test
  void shouldConnectAfreshWhenTheFirstConnectionIsNeverAnswered() throws Exception {
    ZmqTransport transport = new ZmqTransport();
    ServerOptions locked = ServerOptions.at(LOCAL).withPassword("secret");
    for (ServerOptions options : new ServerOptions[] {ServerOptions.at(LOCAL), locked}) {
      ClientOptions clientOptions = Patient.options().withPassword(options.password());
      try (Server server = transport.serve(new HeapStore(), options);
          Relay relay = new Relay(server.endpoint())) {
        relay.swallow(1);
        try (Client client = transport.connect(relay.endpoint(), clientOptions)) {
          assertThat(client.put("key".getBytes(UTF_8), "value".getBytes(UTF_8)).isError())
              .isFalse();
        }
      }
    }
  }

  @Test
  void shouldTimeOutWhenNoneOfItsConnectionsIsAnswered() throws Exception {
    ZmqTransport transport = new ZmqTransport();
    ClientOptions options = ClientOptions.defaults().withTimeout(Duration.ofSeconds(1));
    try (Server server = transport.serve(new HeapStore(), ServerOptions.at(LOCAL));
        Relay relay = new Relay(server.endpoint())) {
      relay.swallow(Integer.MAX_VALUE);
      assertThatThrownBy(() -> transport.connect(relay.endpoint(), options))
          .isInstanceOf(TransportTimeoutException.class)
          .hasMessage(relay.endpoint() + " did not answer within 1000 ms");
    }
  }

  @Test
  void shouldRunAPollerAgainWhenAnErrorEndsIt() {
    AtomicInteger runs = new AtomicInteger();
    Runnable poller =
        () -> {
          if (runs.incrementAndGet() == 1) {
            throw new AssertionError("as asserts in JeroMQ do");
          }
        };
    try (Log log = new Log(ZmqSockets.class)) {
      ZmqSockets.runToItsEnd(poller, "iothread");
      assertThat(runs).hasValue(2);
      assertThat(log.records)
          .extracting(LogRecord::getMessage)
          .containsExactly(
              "iothread goes on after a failure of JeroMQ: "
                  + "java.lang.AssertionError: as asserts in JeroMQ do");
    }
  }
}
