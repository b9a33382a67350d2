// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.common.Streams;
import io.wisp.cli.serve.StopSignal;
import io.wisp.process.JavaCommand;
import io.wisp.store.FailingStore;
import io.wisp.store.Store;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The process of a server that loses a thread. */
@Timeout(120)
class LostThreadTest {

  /** Serves a store over tcp of which the maintenance fails, and perhaps closing never ends. */
  static final class FailingServer {

    private FailingServer() {}

    public static void main(String[] arguments) {
      boolean closes = Boolean.parseBoolean(arguments[0]);
      Store failing = new FailingStore("maintain", new OutOfMemoryError("planted")).store();
      Main main =
          new Main(
              Streams.ofProcess(),
              StopSignal::ofProcess,
              (memory, evict, shared) -> closes ? failing : neverClosing(failing));
      System.exit(main.run("-s", "-t", "--port", "0"));
    }

    private static Store neverClosing(Store store) {
      return (Store)
          Proxy.newProxyInstance(
              Store.class.getClassLoader(),
              new Class<?>[] {Store.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("close")) {
                  new CountDownLatch(1).await();
                }
                try {
                  return method.invoke(store, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  private static Process start(boolean closes) throws IOException {
    return new ProcessBuilder(
            JavaCommand.of(
                FailingServer.class.getName(),
                System.getProperty("java.class.path"),
                List.of("-Xmx64m"),
                List.of(Boolean.toString(closes))))
        .start();
  }

  private static void assertEndsWithTheReason(Process process) throws Exception {
    try {
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isEqualTo(4);
      assertThat(err)
          .contains("lost its thread wisp-housekeeper by java.lang.OutOfMemoryError: planted");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldEndWithACodeForTheSupervisor() throws Exception {
    assertEndsWithTheReason(start(true));
  }

  @Test
  @Tag("long")
  void shouldEndEvenIfWhatIsLeftCannotBeClosed() throws Exception {
    assertEndsWithTheReason(start(false));
  }
}
