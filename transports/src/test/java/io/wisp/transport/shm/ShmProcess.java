package io.wisp.transport.shm;

import io.wisp.store.Slice;
import io.wisp.store.Status;
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

/** A server or a client in a process of its own, which can be stopped and killed. */
final class ShmProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;

  private ShmProcess(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("wisp.test.classpath", System.getProperty("java.class.path")));
    command.add(ShmProcess.class.getName());
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts a server whose table has one key, {@code key}, and any free port. */
  static ShmProcess server() throws IOException {
    return new ShmProcess("server");
  }

  /** Starts a client that goes on with requests until it is killed. */
  static ShmProcess client(int port, String what) throws IOException {
    return new ShmProcess("client", Integer.toString(port), what);
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

  void signal(String name) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill -" + name + " answers " + exit);
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** {@code server}, or {@code client PORT WHAT}. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("server")) {
      CuckooStore store = SharedTable.open(CuckooStore.Options.ofCapacity(16L << 20));
      store.put(Slice.of("key"), Slice.of("value"));
      Server server =
          new ShmTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
      System.out.println(server.endpoint().port());
      System.out.println(store.sharedFile().orElseThrow());
      Thread.currentThread().join();
    } else {
      run(Integer.parseInt(arguments[1]), arguments[2]);
    }
  }

  private static void run(int port, String what) {
    GetPath path = what.equals("onesided") ? GetPath.ONE_SIDED : GetPath.RING;
    try (Client client =
            new ShmTransport()
                .connect(
                    new Endpoint("127.0.0.1", port),
                    ClientOptions.defaults()
                        .withTimeout(Duration.ofSeconds(60))
                        .withGetPath(path));
        ValueBuffer value = new ValueBuffer()) {
      byte[] bytes = new byte[what.equals("long") ? 3_000_000 : 500];
      Slice own = Slice.of("key of " + ProcessHandle.current().pid());
      for (int i = 0; ; i++) {
        if (i == 3) {
          System.out.println("works");
        }
        if (what.equals("onesided")) {
          client.get(own, value);
          continue;
        }
        client.submitPut(own, Slice.of(bytes));
        client.submitGet(own);
        client.complete(value);
        if (client.complete(value) != Status.FOUND) {
          throw new IllegalStateException("what was put is not there");
        }
      }
    }
  }
}
