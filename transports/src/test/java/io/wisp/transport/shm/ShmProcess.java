// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.Patient;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A server or a client for a process of its own. */
final class ShmProcess {

  private static final int CRASHES = 300;

  private ShmProcess() {}

  /** Starts a server whose table has one key, {@code key}, and any free port. */
  static JavaProcess server() throws IOException {
    return new JavaProcess(ShmProcess.class, "server");
  }

  /** Starts a client that goes on with requests until it is killed. */
  static JavaProcess client(int port, String what) throws IOException {
    return new JavaProcess(ShmProcess.class, "client", Integer.toString(port), what);
  }

  /**
   * Starts a server and a client of it in one process, by a command that makes its surroundings. It
   * prints what the client goes by, or why there is none.
   */
  static JavaProcess serverWithClient(List<String> prefix, int port) throws IOException {
    return new JavaProcess(prefix, ShmProcess.class, "both", Integer.toString(port));
  }

  /** Starts both where there is no room for long requests. It prints how those were answered. */
  static JavaProcess longRequests(List<String> prefix, int port) throws IOException {
    return new JavaProcess(prefix, ShmProcess.class, "full", Integer.toString(port));
  }

  /**
   * Starts one that again and again takes the folder of a server and leaves it as a crash would. It
   * prints that it has ended, or why one was refused.
   */
  static JavaProcess crashes(int port) throws IOException {
    return new JavaProcess(ShmProcess.class, "crashes", Integer.toString(port));
  }

  /**
   * {@code server}, {@code both PORT}, {@code full PORT}, {@code crashes PORT}, or {@code client
   * PORT WHAT}.
   */
  public static void main(String[] arguments) throws Exception {
    int port = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
    switch (arguments[0]) {
      case "server" ->
          TransportProcess.serve(
              new ShmTransport(),
              SharedTable.open(CuckooStore.Options.ofCapacity(16L << 20)),
              port,
              "value");
      case "both" -> serveAndConnect(new Endpoint("127.0.0.1", port));
      case "full" -> askForMuch(new Endpoint("127.0.0.1", port));
      case "crashes" -> crashOften(new Endpoint("127.0.0.1", port));
      default -> TransportProcess.request(new ShmTransport(), port, arguments[2]);
    }
  }

  private static void serveAndConnect(Endpoint endpoint) throws Exception {
    try (CuckooStore store = SharedTable.open(CuckooStore.Options.ofCapacity(2L << 20));
        Server server = new ShmTransport().serve(store, ServerOptions.at(endpoint));
        Client client = new ShmTransport().connect(server.endpoint(), Patient.options());
        ValueBuffer value = new ValueBuffer()) {
      client.put(Slice.of("key"), Slice.of("value"));
      System.out.println(client.get(Slice.of("key"), value) + " " + client.description());
      int read = System.in.read();
      System.out.println("ends after " + read);
    } catch (IOException | TransportException e) {
      System.out.println(e.getMessage());
    }
  }

  private static void crashOften(Endpoint endpoint) throws IOException {
    try {
      for (int i = 0; i < CRASHES; i++) {
        ServerFolder taken = ServerFolder.take(endpoint);
        Files.createFile(taken.files().control());
        LockSupport.parkNanos(1_000);
        Files.delete(taken.files().control());
        Files.createFile(taken.files().table());
        taken.lock().close();
      }
      System.out.println("ended");
    } catch (TransportException | NoSuchFileException e) {
      System.out.println(e);
    }
  }

  private static void askForMuch(Endpoint endpoint) {
    Slice tooLong = Slice.of(new byte[3 << 20]);
    try (HeapStore store = new HeapStore();
        Server server = new ShmTransport().serve(store, ServerOptions.at(endpoint));
        Client asker = new ShmTransport().connect(server.endpoint(), Patient.options());
        ValueBuffer value = new ValueBuffer()) {
      store.put(Slice.of("long"), tooLong);
      System.out.println(asker.put(Slice.of("key"), tooLong));
      System.out.println(asker.get(Slice.of("long"), value));
      System.out.println(asker.put(Slice.of("key"), Slice.of("value")));
      System.out.println(asker.get(Slice.of("key"), value));
    }
  }
}
