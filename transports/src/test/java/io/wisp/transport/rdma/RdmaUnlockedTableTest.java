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
import java.io.IOException;
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

  private static final int TABLE_MIB = 64;

  private static JavaProcess start(int lockedMib, String reached) throws IOException {
    assumeTrue(SharedMemory.isRoot(), "root alone can take from a process what root may");
    long bytes = (long) lockedMib << 20;
    List<String> limit =
        List.of(
            "setpriv", "--bounding-set=-ipc_lock", "prlimit", "--memlock=" + bytes + ":" + bytes);
    return new JavaProcess(limit, RdmaUnlockedTableTest.class, reached);
  }

  @Test
  void shouldServeRequestsAlone() throws Exception {
    try (JavaProcess process = start(TABLE_MIB / 4, Endpoint.LOOPBACK)) {
      assertThat(process.line()).endsWith("requests only");
      assertThat(process.line()).isEqualTo("value");
    }
  }

  /** The memory is locked once for each device. */
  @Test
  void shouldServeRequestsAloneByTheDeviceForWhichItIsOnceTooMuch() throws Exception {
    assumeTrue(System.getenv("WISP_GUEST") != null, "the network of this machine is in use");
    try (SecondRail _ = new SecondRail();
        JavaProcess process = start(TABLE_MIB + TABLE_MIB / 2, SecondRail.ADDRESS)) {
      assertThat(process.line()).endsWith("by leases");
      assertThat(process.line()).isEqualTo("value");
    }
  }

  /** Serves a client that comes to an address, and prints how and what it gets. */
  public static void main(String... arguments) throws Exception {
    String reached = arguments[0];
    String listening = reached.equals(Endpoint.LOOPBACK) ? reached : "0.0.0.0";
    try (CuckooStore store = CuckooStore.open((long) TABLE_MIB << 20)) {
      HeldLog log = new HeldLog(store).leasingTable(TimeUnit.SECONDS.toNanos(1));
      ServerOptions options = ServerOptions.at(new Endpoint(listening, 0)).withWriteLog(log);
      RdmaTransport transport = new RdmaTransport();
      try (Server server = transport.serve(store, options);
          Client client =
              transport.connect(
                  new Endpoint(reached, server.endpoint().port()), ClientOptions.defaults())) {
        System.out.println(server.description());
        byte[] key = "key".getBytes(UTF_8);
        client.put(key, "value".getBytes(UTF_8));
        System.out.println(new String(Objects.requireNonNull(client.get(key)), UTF_8));
      }
    }
    System.exit(0);
  }
}
