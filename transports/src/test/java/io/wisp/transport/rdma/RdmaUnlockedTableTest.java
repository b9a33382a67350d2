// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.process.SharedMemory;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HeldLog;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server with a log that may lock enough memory for rings, and not for its table. */
@Tag("rdma")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaUnlockedTableTest {

  private static final long TABLE_BYTES = 64L << 20;
  private static final long LOCKED_BYTES = 16L << 20;

  @Test
  void shouldServeRequestsAlone() throws Exception {
    assumeTrue(SharedMemory.isRoot(), "root alone can take from a process what root may");
    List<String> limit =
        List.of(
            "setpriv",
            "--bounding-set=-ipc_lock",
            "prlimit",
            "--memlock=" + LOCKED_BYTES + ":" + LOCKED_BYTES);
    try (JavaProcess process = new JavaProcess(limit, RdmaUnlockedTableTest.class)) {
      assertThat(process.line()).endsWith("requests only");
      assertThat(process.line()).isEqualTo("value");
    }
  }

  /** Serves a client, and prints how and what it gets. */
  public static void main(String... arguments) throws Exception {
    try (CuckooStore store = CuckooStore.open(TABLE_BYTES)) {
      HeldLog log = new HeldLog(store).leasingTable(TimeUnit.SECONDS.toNanos(1));
      ServerOptions options =
          ServerOptions.at(new Endpoint(Endpoint.LOOPBACK, 0)).withWriteLog(log);
      RdmaTransport transport = new RdmaTransport();
      try (Server server = transport.serve(store, options);
          Client client = transport.connect(server.endpoint(), ClientOptions.defaults())) {
        System.out.println(server.description());
        byte[] key = "key".getBytes(UTF_8);
        client.put(key, "value".getBytes(UTF_8));
        System.out.println(new String(Objects.requireNonNull(client.get(key)), UTF_8));
      }
    }
    System.exit(0);
  }
}
