// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Slice;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import java.io.IOException;
import java.time.Duration;

/** A server or a client for a process of its own. */
final class RdmaProcess {

  private RdmaProcess() {}

  /** Starts a server whose table has one key, {@code key}, and any free port, which it prints. */
  static JavaProcess server() throws IOException {
    return new JavaProcess(RdmaProcess.class, "server");
  }

  /** Starts a client that goes on with requests until it is killed, and prints when it works. */
  static JavaProcess client(int port, String what) throws IOException {
    return new JavaProcess(RdmaProcess.class, "client", Integer.toString(port), what);
  }

  /** {@code server}, or {@code client PORT WHAT}. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("server")) {
      CuckooStore store = CuckooStore.open(16L << 20);
      store.put(Slice.of("key"), Slice.of("value"));
      Server server =
          new RdmaTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
      System.out.println(server.endpoint().port());
      Thread.currentThread().join();
    } else {
      run(Integer.parseInt(arguments[1]), arguments[2]);
    }
  }

  private static void run(int port, String what) {
    ClientOptions options =
        ClientOptions.defaults()
            .withTimeout(Duration.ofSeconds(60))
            .withGetPath(what.equals("onesided") ? GetPath.ONE_SIDED : GetPath.RING);
    try (Client client = new RdmaTransport().connect(new Endpoint("127.0.0.1", port), options);
        ValueBuffer value = new ValueBuffer()) {
      Slice written = Slice.of(new byte[what.equals("long") ? 3_000_000 : 500]);
      for (int i = 0; ; i++) {
        if (!what.equals("onesided")) {
          client.submitPut(Slice.of("key"), written);
        }
        client.submitGet(Slice.of("key"));
        while (client.outstanding() > 0) {
          client.complete(value);
        }
        if (i == 2) {
          System.out.println("works");
        }
      }
    }
  }
}
