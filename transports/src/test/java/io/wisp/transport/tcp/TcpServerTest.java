// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static io.wisp.testing.Eventually.await;
import static io.wisp.transport.tcp.RunningServer.read;
import static io.wisp.transport.tcp.RunningServer.write;
import static io.wisp.transport.tcp.session.SessionHarness.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.HeapStore;
import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Undisturbed;
import io.wisp.transport.tcp.client.TcpClient;
import io.wisp.transport.tcp.resp.Errors;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpServerTest {

  /** Longer than any test, so that no pause of the machine makes a reset of an end with words. */
  private static final TcpLimits PATIENT =
      TcpLimits.defaults().withLingering(Duration.ofMinutes(2));

  /** Much less than the clients of a test may be silent. */
  private static final Duration BEARABLE = Duration.ofMillis(300);

  private static String readToEnd(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  @Test
  void shouldKnowOneTimeTheStores() throws Exception {
    long inAHundredYears = System.currentTimeMillis() + 100L * 365 * 24 * 3600 * 1000;
    try (RunningServer server = new RunningServer(new HeapStore(1 << 20, () -> inAHundredYears));
        RespPeer client =
            new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
      assertThat(client.call("SET", "key", "value").text()).isEqualTo("OK");
      assertThat(client.call("PEXPIRE", "key", "1000").text()).isEqualTo("1");
      assertThat(client.call("PTTL", "key").text()).isEqualTo("1000");
      assertThat(client.call("SET", "key", "value", "PX", "500").text()).isEqualTo("OK");
      assertThat(client.call("PTTL", "key").text()).isEqualTo("500");
      assertThat(client.call("CLIENT", "INFO").text()).containsPattern(" age=\\d{1,4} ");
    }
  }

  @Test
  void shouldTellItsOwnerOfALoopThatIsLostAndListenNoMore() throws Exception {
    CompletableFuture<String> lost = new CompletableFuture<>();
    TcpLimits noMemory = TcpLimits.defaults().withBufferMemory(1);
    try (RunningServer running =
        new RunningServer(
            options ->
                options.withOnThreadLost(
                    (thread, cause) -> lost.complete(thread.getName() + ": " + cause.getMessage())),
            noMemory)) {
      assertThat(lost.join()).startsWith("wisp-tcp-0: ");
      await(() -> isRefused(running));
    }
  }

  private static boolean isRefused(RunningServer running) {
    try (Socket socket = running.openSocket()) {
      return !socket.isBound();
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void shouldGoOnBehindAValueThatIsTooLongAndHoldNothingOfIt() throws Exception {
    byte[] piece = new byte[1 << 20];
    String error = "-" + Errors.VALUE_TOO_LARGE + "\r\n";
    try (RunningServer running = new RunningServer();
        Socket socket = running.openSocket()) {
      write(socket, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + (Limits.MAX_VALUE_LENGTH + 1) + "\r\n");
      assertThat(read(socket, error.length())).isEqualTo(error);
      for (int i = 0; i < Limits.MAX_VALUE_LENGTH / piece.length; i++) {
        socket.getOutputStream().write(piece);
        assertThat(running.server().bufferedBytes()).isLessThan(1 << 20);
      }
      write(socket, "x\r\n" + request("PING"));
      assertThat(read(socket, 7)).isEqualTo("+PONG\r\n");
    }
  }

  /** It is the memory that is short, and no limit of values. */
  @ParameterizedTest
  @ValueSource(strings = {"APPEND k x", "SETRANGE k 0 x", "SETBIT k 7 1", "DELIFEQ k x"})
  void shouldTellOfShortMemoryWhereAValueCannotBeCopied(String command) throws Exception {
    TcpLimits limits = TcpLimits.defaults().withBufferMemory(4 << 20);
    try (RunningServer running = new RunningServer(options -> options, limits);
        RespPeer client =
            new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port()))) {
      running.store().put(Slice.of("k"), Slice.of(new byte[3_500_000]));
      assertThat(client.call(command.split(" ", -1)).text()).isEqualTo(Errors.REQUEST_TOO_LARGE);
      assertThat(client.call("STRLEN", "k").text()).isEqualTo("3500000");
    }
  }

  @Test
  void shouldHoldABoundedAmountForAReaderThatDoesNotRead() throws Exception {
    try (RunningServer running = new RunningServer();
        SocketChannel slow = SocketChannel.open()) {
      int length = 100_000;
      running.store().put(Slice.of("k"), Slice.of(new byte[length]));
      slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port()));
      slow.configureBlocking(false);
      ByteBuffer requests =
          ByteBuffer.wrap(request("GET", "k").repeat(50_000).getBytes(ISO_8859_1));
      long executedBefore = -1;
      int idleRounds = 0;
      while (idleRounds < 40) {
        int sent = requests.hasRemaining() ? slow.write(requests) : 0;
        long executed = running.server().statistics().requests();
        idleRounds = sent == 0 && executed == executedBefore ? idleRounds + 1 : 0;
        executedBefore = executed;
        assertThat(running.server().bufferedBytes()).isLessThan(2 << 20);
        Thread.sleep(5);
      }
      assertThat(executedBefore).isLessThan(5_000);
      try (TcpClient other = running.connect()) {
        assertThat(other.put(Slice.of("other"), Slice.of("v"))).isEqualTo(Status.STORED);
      }
      assertAllIsAnsweredOnceItReads(slow, requests, 50_000L * (length + 11));
    }
  }

  private static void assertAllIsAnsweredOnceItReads(
      SocketChannel slow, ByteBuffer requests, long expected) throws IOException {
    ByteBuffer replies = ByteBuffer.allocateDirect(1 << 20);
    long received = 0;
    long limit = Math.min(expected, 400L << 20);
    while (received < limit) {
      slow.write(requests);
      replies.clear();
      received += slow.read(replies);
    }
    assertThat(received).isBetween(limit, expected);
  }

  @Test
  void shouldHoldABoundedAmountForOneRequestOfManyLargeValues() throws Exception {
    try (RunningServer running = new RunningServer();
        Socket socket = running.openSocket()) {
      int length = 1 << 20;
      running.store().put(Slice.of("k"), Slice.of(new byte[length]));
      String[] words = new String[201];
      Arrays.fill(words, "k");
      words[0] = "MGET";
      write(socket, request(words));
      long most = 0;
      long expected = 6 + 200L * (length + 12);
      InputStream replies = socket.getInputStream();
      byte[] chunk = new byte[256 << 10];
      for (long received = 0; received < expected; ) {
        received += replies.read(chunk);
        most = Math.max(most, running.server().bufferedBytes());
      }
      assertThat(most).isLessThan(6L << 20);
    }
  }

  @Test
  void shouldGiveBackTheMemoryOfLargeRequests() throws Exception {
    try (RunningServer running = new RunningServer();
        TcpClient client = running.connect()) {
      byte[] large = new byte[Limits.MAX_VALUE_LENGTH];
      long before = running.server().bufferedBytes();
      assertThat(client.put(Slice.of("k"), Slice.of(large))).isEqualTo(Status.STORED);
      assertThat(client.get("k".getBytes(ISO_8859_1))).hasSize(large.length);
      client.delete(Slice.of("k"));
      await(() -> running.server().bufferedBytes() <= before + (1 << 20));
    }
  }

  @Test
  void shouldReserveMemoryForWhatArrivesAndNotForWhatIsAnnounced() throws Exception {
    try (RunningServer running = new RunningServer()) {
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        Socket socket = running.openSocket();
        write(socket, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + Limits.MAX_VALUE_LENGTH + "\r\nxxx");
        sockets.add(socket);
      }
      await(() -> running.server().bufferedBytes() >= 100 * 4096);
      assertThat(running.server().bufferedBytes()).isLessThan(20 << 20);
      for (Socket socket : sockets) {
        socket.close();
      }
      await(() -> running.server().statistics().connections() == 0);
    }
  }

  @Test
  void shouldCloseAConnectionThatNeedsMoreMemoryThanThereIsAndServeOthers() throws Exception {
    TcpLimits limits = TcpLimits.defaults().withBufferMemory(4 << 20);
    try (RunningServer running = new RunningServer(options -> options, limits);
        TcpClient other = running.connect();
        Socket greedy = running.openSocket()) {
      write(greedy, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$30000000\r\n");
      byte[] chunk = new byte[1 << 16];
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 30_000_000; i += chunk.length) {
                  greedy.getOutputStream().write(chunk);
                }
                readToEnd(greedy);
              })
          .isInstanceOf(IOException.class);
      assertThat(other.put(Slice.of("k"), Slice.of("v"))).isEqualTo(Status.STORED);
      running.store().put(Slice.of("large"), Slice.of(new byte[8 << 20]));
      try (Socket socket = running.openSocket()) {
        write(socket, request("GET", "large") + request("GET", "k"));
        assertThat(read(socket, Errors.REPLY_TOO_LARGE.length() + 10))
            .isEqualTo("-" + Errors.REPLY_TOO_LARGE + "\r\n$1\r\nv\r\n");
      }
    }
  }

  @Test
  void shouldShowWhyItClosesEvenIfTheClientIsStillSending() throws Exception {
    try (RunningServer running = new RunningServer(options -> options, PATIENT);
        Socket socket = running.openSocket()) {
      write(socket, request("SET", "k", "v") + "*x\r\n" + "y".repeat(4 << 20));
      assertThat(readToEnd(socket))
          .isEqualTo("+OK\r\n-ERR Protocol error: invalid multibulk length\r\n");
    }
  }

  @Test
  void shouldShowWhyItRefusesAClientThatAlreadySentARequest() throws Exception {
    try (RunningServer running = new RunningServer(options -> options.withMaxClients(1), PATIENT);
        TcpClient only = running.connect()) {
      for (int i = 0; i < 50; i++) {
        try (Socket socket = running.openSocket()) {
          write(socket, request("PING"));
          assertThat(readToEnd(socket)).isEqualTo("-ERR max number of clients reached\r\n");
        }
      }
      assertThat(only.contains(Slice.of("k"))).isFalse();
      assertThat(running.server().statistics().rejected()).isEqualTo(50);
    }
  }

  @Test
  void shouldSpreadConnectionsOverItsThreads() throws Exception {
    try (RunningServer running = new RunningServer(options -> options.withThreads(3))) {
      List<TcpClient> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        TcpClient client = running.connect();
        clients.add(client);
        client.put(Slice.of("k" + i), Slice.of("v"));
      }
      for (int i = 0; i < 3; i++) {
        assertThat(running.server().loop(i).counters().executed()).isEqualTo(4);
      }
      clients.forEach(TcpClient::close);
    }
  }

  @Test
  void shouldServeManyConnectionsWhilePollingWithoutSleeping() throws Exception {
    try (RunningServer running = new RunningServer(options -> options.withBusyPoll(true))) {
      List<TcpClient> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        clients.add(running.connect());
      }
      for (int round = 0; round < 20; round++) {
        for (TcpClient client : clients) {
          assertThat(client.put(Slice.of("k"), Slice.of("v"))).isEqualTo(Status.STORED);
        }
      }
      clients.forEach(TcpClient::close);
      await(() -> running.server().statistics().connections() == 0);
    }
  }

  @Test
  void shouldKeepServingWhenAClientIsCutOffInTheMiddleOfAReply() throws Exception {
    try (RunningServer running = new RunningServer();
        TcpClient other = running.connect()) {
      running.store().put(Slice.of("k"), Slice.of(new byte[10 << 20]));
      for (int i = 0; i < 20; i++) {
        try (Socket socket = running.openSocket()) {
          socket.setSoLinger(true, 0);
          write(socket, request("GET", "k"));
          read(socket, 1000);
        }
      }
      await(() -> running.server().statistics().connections() == 1);
      assertThat(other.put(Slice.of("k"), Slice.of("v"))).isEqualTo(Status.STORED);
    }
  }

  @Test
  void shouldSetNothingIfTheConnectionBreaksInTheMiddleOfManyKeys() throws Exception {
    String[] words = new String[1001];
    Arrays.setAll(words, i -> i == 0 ? "MSET" : Integer.toString(i));
    String request = request(words);
    try (RunningServer running = new RunningServer(options -> options)) {
      for (int length : new int[] {100, request.length() / 2, request.length() - 1}) {
        try (Socket socket = running.openSocket()) {
          write(socket, request("PING") + request.substring(0, length));
          read(socket, "+PONG\r\n".length());
        }
      }
      await(() -> running.server().statistics().connections() == 0);
      assertThat(running.store().size()).isZero();
    }
  }

  @Test
  void shouldCloseAnIdleConnectionInTheMiddleOfARequest() throws Exception {
    Duration idle = Duration.ofSeconds(1);
    Undisturbed.run(
        BEARABLE,
        _ -> {
          try (RunningServer running = new RunningServer(options -> options.withIdleTimeout(idle));
              Socket socket = running.openSocket()) {
            write(socket, "*2\r\n$3\r\nGET");
            assertThat(readToEnd(socket)).isEmpty();
            assertThat(running.server().statistics().rejected()).isOne();
          }
        });
  }

  @Test
  void shouldNotTakeTheLengthOfARoundForIdlenessOfItsClients() throws Exception {
    Undisturbed.run(BEARABLE, pulse -> keepTwoThroughLongRounds(Duration.ofSeconds(2), pulse));
  }

  private static void keepTwoThroughLongRounds(Duration idle, Undisturbed.Pulse pulse)
      throws InterruptedException {
    try (RunningServer running = new RunningServer(options -> options.withIdleTimeout(idle));
        TcpClient first = running.connect();
        TcpClient second = running.connect();
        ValueBuffer value = new ValueBuffer()) {
      for (int i = 0; i < 2; i++) {
        pulse.beat();
        synchronized (running.store()) {
          for (TcpClient client : List.of(first, second)) {
            client.submitGet(Slice.of("key"));
            client.flush();
          }
          pulse.rest();
          Thread.sleep(idle.plusMillis(500));
          pulse.beat();
        }
        assertThat(first.complete(value)).isEqualTo(Status.ABSENT);
        assertThat(second.complete(value)).isEqualTo(Status.ABSENT);
      }
    }
  }
}
