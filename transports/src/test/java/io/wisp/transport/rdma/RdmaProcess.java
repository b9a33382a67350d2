package io.wisp.transport.rdma;

import io.wisp.store.Slice;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server or a client in a process of its own, which can be killed. */
final class RdmaProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;

  private RdmaProcess(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(RdmaProcess.class.getName());
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts a server whose table has one key, {@code key}, and any free port, which it prints. */
  static RdmaProcess server() throws IOException {
    return new RdmaProcess("server");
  }

  /** Starts a client that goes on with requests until it is killed, and prints when it works. */
  static RdmaProcess client(int port, String what) throws IOException {
    return new RdmaProcess("client", Integer.toString(port), what);
  }

  /** The next line that it prints. */
  String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the process ended with " + process.onExit().join().exitValue());
    }
    return line;
  }

  /** SIGKILL: it has no time to clear anything up. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
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
