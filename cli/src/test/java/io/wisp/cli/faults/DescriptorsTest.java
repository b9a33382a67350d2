// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File descriptors run out: the server goes on, refuses in words, and recovers. */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class DescriptorsTest {

  private static final String REFUSAL = "-ERR max number of clients reached\r\n";
  private static final int SOCKET_TIMEOUT_MILLIS = 60_000;
  private static final int MORE_THAN_A_SECOND_MILLIS = 1_500;

  private final List<Socket> silent = new ArrayList<>();

  @AfterEach
  void closeSilent() throws IOException {
    for (Socket socket : silent) {
      socket.close();
    }
    silent.clear();
  }

  private static ServerProcess serve(int descriptors, String... options) throws Exception {
    return ServerProcess.with(options)
        .behind("sh", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "sh")
        .start();
  }

  private static void leaveDescriptors(ServerProcess server, int count) throws Exception {
    String limit = "--nofile=" + (server.descriptors() + count);
    Process process = new ProcessBuilder("prlimit", "--pid=" + server.pid(), limit).start();
    assertThat(process.waitFor()).isZero();
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
    return socket;
  }

  private void connectSilently(int port, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      silent.add(connect(port));
    }
  }

  private static String call(Socket socket, String request, int length) throws IOException {
    socket.getOutputStream().write((request + "\r\n").getBytes(US_ASCII));
    return new String(socket.getInputStream().readNBytes(length), US_ASCII);
  }

  private static void assertIsServed(Socket socket) throws IOException {
    assertThat(call(socket, "GET k", 7)).isEqualTo("$1\r\nv\r\n");
  }

  private static void assertIsRefusedInWords(int port) throws IOException {
    try (Socket late = connect(port)) {
      assertThat(new String(late.getInputStream().readAllBytes(), US_ASCII)).isEqualTo(REFUSAL);
    }
  }

  /** Those that have not been refused hold a connection; a client gets in once they are gone. */
  private void assertRecovers(ServerProcess server) throws Exception {
    closeSilent();
    server.await("serving a new client", () -> isServed(server.port()));
    server.terminate();
    assertThat(server.exitCode()).isZero();
  }

  private static boolean isServed(int port) {
    try (Socket socket = connect(port)) {
      return call(socket, "GET k", 7).equals("$1\r\nv\r\n");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldServeWhomItHasAndRefuseTheRestInWordsWhenMoreConnectThanItMayOpenFiles()
      throws Exception {
    try (ServerProcess server = serve(1024, "-t", "--memory", "64m");
        Socket old = connect(server.port())) {
      assertThat(server.out()).containsPattern("limit +\\d{3} clients at a time");
      assertThat(call(old, "SET k v", 5)).isEqualTo("+OK\r\n");
      connectSilently(server.port(), 1_090);
      assertIsServed(old);
      assertIsRefusedInWords(server.port());
      assertIsServed(old);
      assertRecovers(server);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t", "--threads=2"})
  void shouldGoOnWhenOthersLeaveItNoDescriptorAtAll(String options) throws Exception {
    try (ServerProcess server = serve(1024, options, "--memory", "64m");
        Socket old = connect(server.port())) {
      assertThat(call(old, "SET k v", 5)).isEqualTo("+OK\r\n");
      assertIsServed(old);
      leaveDescriptors(server, 20);
      connectSilently(server.port(), 100);
      assertIsServed(old);
      // What it does a second later takes classes, too, and these come from files.
      Thread.sleep(MORE_THAN_A_SECOND_MILLIS);
      assertIsRefusedInWords(server.port());
      assertIsServed(old);
      assertThat(server.err())
          .contains("clients are refused for a moment")
          .doesNotContain("Exception", "Error");
      assertRecovers(server);
    }
  }

  @Test
  void shouldServeZmqAgainAfterItsPeersHaveTakenAllDescriptors() throws Exception {
    try (ServerProcess server = serve(1024, "--memory", "64m");
        Socket old = connect(server.port())) {
      assertThat(call(old, "SET k v", 5)).isEqualTo("+OK\r\n");
      assertIsServed(old);
      leaveDescriptors(server, 20);
      connectSilently(server.port() + 1, 60);
      assertIsServed(old);
      closeSilent();
      server.await("serving zmq", () -> greets(server.port() + 1));
      assertRecovers(server);
    }
  }

  /** The first byte of ZMTP's greeting. */
  private static boolean greets(int port) {
    try (Socket socket = connect(port)) {
      return socket.getInputStream().read() == 0xff;
    } catch (IOException e) {
      return false;
    }
  }
}
