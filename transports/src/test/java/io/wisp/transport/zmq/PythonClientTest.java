// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.transport.Endpoint;
import io.wisp.transport.PythonProgram;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PythonClientTest {

  private static final String PASSWORD = "sesame";

  private final PythonProgram python =
      new PythonProgram(Path.of("src", "test", "python"), "python-client");

  @Test
  void shouldServeAPythonClientWrittenFromTheProtocolDocument() throws Exception {
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0));
    ZmqTransport transport = new ZmqTransport();
    try (HeapStore store = new HeapStore();
        Server open = transport.serve(store, options);
        Server guarded = transport.serve(store, options.withPassword(PASSWORD))) {
      PythonProgram.Outcome outcome =
          python.run(
              "test_zmq_client.py",
              "tcp://" + open.endpoint(),
              "tcp://" + guarded.endpoint(),
              PASSWORD);
      assertThat(outcome.exitCode()).as(outcome.output()).isZero();
      assertThat(outcome.output()).contains("Ran 11 tests").doesNotContain("skipped");
    }
  }
}
