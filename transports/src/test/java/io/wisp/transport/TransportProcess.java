// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import java.time.Duration;

/** A server or a client that does what it does until its process is killed. */
public final class TransportProcess {

  private TransportProcess() {}

  /**
   * Serves a table of one key, {@code key}, and prints the port.
   *
   * @param port 0 for any that is free
   */
  public static void serve(Transport transport, CuckooStore store, int port, String value)
      throws InterruptedException {
    store.put(Slice.of("key"), Slice.of(value));
    Server server = transport.serve(store, ServerOptions.at(new Endpoint("127.0.0.1", port)));
    System.out.println(server.endpoint().port());
    store.sharedFile().ifPresent(System.out::println);
    Thread.currentThread().join();
  }

  /**
   * Goes on with requests, and prints when it works.
   *
   * @param what {@code onesided} gets, {@code long} values, or {@code ring}
   */
  public static void request(Transport transport, int port, String what) {
    GetPath path = what.equals("onesided") ? GetPath.ONE_SIDED : GetPath.RING;
    ClientOptions options =
        ClientOptions.defaults().withTimeout(Duration.ofSeconds(60)).withGetPath(path);
    try (Client client = transport.connect(new Endpoint("127.0.0.1", port), options);
        ValueBuffer value = new ValueBuffer()) {
      Slice written = Slice.of(new byte[what.equals("long") ? 3_000_000 : 500]);
      Slice own = Slice.of("key of " + ProcessHandle.current().pid());
      for (int i = 0; ; i++) {
        if (i == 3) {
          System.out.println("works");
        }
        if (path == GetPath.ONE_SIDED) {
          client.get(Slice.of("key"), value);
          client.get(own, value);
          continue;
        }
        client.submitPut(own, written);
        client.submitGet(own);
        client.complete(value);
        if (client.complete(value) != Status.FOUND) {
          throw new IllegalStateException("what was put is not there");
        }
      }
    }
  }
}
