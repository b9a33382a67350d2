// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.TransportProcess;
import java.io.IOException;

/** A server or a client for a process of its own. */
final class RdmaProcess {

  private RdmaProcess() {}

  /** Starts a server whose table has one key, {@code key}, and any free port, which it prints. */
  static JavaProcess server() throws IOException {
    return server(0, "value");
  }

  /** Starts one at a port, with a value of the key. */
  static JavaProcess server(int port, String value) throws IOException {
    return new JavaProcess(RdmaProcess.class, "server", Integer.toString(port), value);
  }

  /** Starts a client that goes on with requests until it is killed, and prints when it works. */
  static JavaProcess client(int port, String what) throws IOException {
    return new JavaProcess(RdmaProcess.class, "client", Integer.toString(port), what);
  }

  /** {@code server PORT VALUE}, or {@code client PORT WHAT}. */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[1]);
    if (arguments[0].equals("server")) {
      CuckooStore store = CuckooStore.open(16L << 20);
      TransportProcess.serve(new RdmaTransport(), store, port, arguments[2]);
    } else {
      TransportProcess.request(new RdmaTransport(), port, arguments[2]);
    }
  }
}
