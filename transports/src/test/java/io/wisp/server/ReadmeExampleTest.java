// SPDX-License-Identifier: Apache-2.0
package io.wisp.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The example of the README, which has to be these very lines. */
class ReadmeExampleTest {

  private static final Path README = Path.of("..", "README.md");
  private static final Path SOURCE =
      Path.of("src", "test", "java", "io", "wisp", "server", "ReadmeExampleTest.java");

  @Test
  void shouldDoWhatItSays() {
    // README: begin
    Transport transport = Transports.named("tcp"); // or "zmq", "shm", "rdma"
    try (CuckooStore store = CuckooStore.open(1L << 28); // bytes, outside the heap
        Server server = transport.serve(store, ServerOptions.at(Endpoint.parse("127.0.0.1:0")));
        Client client = transport.connect(server.endpoint(), ClientOptions.defaults())) {
      Slice key = Slice.of("greeting");
      store.put(key, Slice.of("hello")); // in this process
      Status second = store.putIfAbsent(key, Slice.of("ignored")); // CONFLICT
      byte[] remote = client.get("greeting".getBytes(UTF_8)); // over the network; null if absent
      WriteBatch batch = new WriteBatch();
      batch.put(key, Slice.of("hello again"));
      batch.delete(Slice.of("other"), WriteCondition.ALWAYS, 0);
      client.writeAll(batch); // all of it or nothing, at one moment for every reader
      // README: end
      assertThat(second).isEqualTo(Status.CONFLICT);
      assertThat(remote).asString(UTF_8).isEqualTo("hello");
      assertThat(store.get("greeting".getBytes(UTF_8))).asString(UTF_8).isEqualTo("hello again");
    }
  }

  @Test
  void shouldStandInTheReadmeAsItIsCompiled() throws IOException {
    String source = Files.readString(SOURCE);
    String example =
        source.substring(
            source.indexOf("begin\n") + "begin\n".length(), source.indexOf("      // README: end"));
    String shown =
        Arrays.stream(example.split("\n"))
            .map(line -> line.replaceFirst("^    ", ""))
            .collect(Collectors.joining("\n"));

    assertThat(Files.readString(README)).contains("```java\n" + shown + "\n}\n```");
  }
}
