// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Allocation;
import io.wisp.transport.Endpoint;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.Patient;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.tcp.client.TcpClient;
import io.wisp.transport.tcp.session.SessionHarness;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AllocationTest {

  /** What is asked of a server. */
  enum Load {
    PUT_AND_GET,
    MANY_PUTS_IN_ONE,
    LOOKED_AT_AHEAD,
    TRANSACTION,
    NODE_OF_A_CLUSTER
  }

  /** What compilers may do away with counts too: whether they do depends on what else has run. */
  private static final List<String> WITHOUT_ESCAPE_ANALYSIS =
      List.of("env", "JDK_JAVA_OPTIONS=-XX:-DoEscapeAnalysis");

  private static final int REQUESTS = 10_000;
  private static final int TOGETHER = 20;

  private final Slice key = Slice.of("some key");
  private final Slice written = Slice.of(new byte[100]);

  @ParameterizedTest
  @EnumSource
  void shouldAllocateNothing(Load load) throws Exception {
    try (JavaProcess process =
        new JavaProcess(WITHOUT_ESCAPE_ANALYSIS, AllocationTest.class, load.name())) {
      assertThat(process.line()).isEqualTo("nothing");
    }
  }

  /** Fails if the load that is named makes threads allocate. */
  public static void main(String[] arguments) throws Exception {
    AllocationTest test = new AllocationTest();
    switch (Load.valueOf(arguments[0])) {
      case PUT_AND_GET -> test.putAndGet();
      case MANY_PUTS_IN_ONE -> test.askManyPutsInOneRequest();
      case LOOKED_AT_AHEAD -> test.askWhatIsLookedAtAhead();
      case TRANSACTION -> test.askTransactions();
      case NODE_OF_A_CLUSTER -> test.askANodeOfACluster();
    }
    System.out.println("nothing");
  }

  private void putAndGet() throws Exception {
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0));
    try (CuckooStore store = CuckooStore.open(64L << 20);
        TcpServer server = new TcpServer(store, options, TcpLimits.defaults());
        TcpClient client = TcpClient.connect(server.endpoint(), Patient.options());
        ValueBuffer value = new ValueBuffer()) {
      long serverThread = server.loop(0).threadId();
      long ownThread = Thread.currentThread().threadId();
      Allocation.requireNone(
          new long[] {serverThread, ownThread},
          REQUESTS,
          () -> {
            for (int i = 0; i < REQUESTS / 2; i++) {
              assertThatStatusIs(client.put(key, written), Status.STORED);
              assertThatStatusIs(client.get(key, value), Status.FOUND);
            }
          });
    }
  }

  private void askManyPutsInOneRequest() throws Exception {
    String[] words = new String[21];
    Arrays.setAll(words, i -> i == 0 ? "MSET" : Integer.toString(i));
    try (CuckooStore store = CuckooStore.open(64L << 20)) {
      assertAllocatesNothing(store, 1, SessionHarness.request(words), "+OK\r\n");
    }
  }

  /** So large an index that the requests behind the first are looked at beforehand. */
  private void askWhatIsLookedAtAhead() throws Exception {
    String pair =
        SessionHarness.request("SET", "some key", "some value")
            + SessionHarness.request("GET", "some key");
    try (CuckooStore store =
        CuckooStore.open(CuckooStore.Options.ofCapacity(64L << 20).fixedBuckets(1 << 16))) {
      assertThat(store.prefetcher().isUseful()).isTrue();
      assertAllocatesNothing(store, 2, pair, "+OK\r\n$10\r\nsome value\r\n");
    }
  }

  private void askTransactions() throws Exception {
    String value = "v".repeat(100);
    String transaction =
        SessionHarness.request("WATCH", "some key")
            + SessionHarness.request("MULTI")
            + SessionHarness.request("SET", "some key", value)
            + SessionHarness.request("GET", "some key")
            + SessionHarness.request("EXEC");
    String replies = "+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n$100\r\n" + value + "\r\n";
    try (CuckooStore store = CuckooStore.open(64L << 20)) {
      assertAllocatesNothing(store, 5, transaction, replies);
    }
  }

  /**
   * Of a server to which so many requests, whose replies are these, are sent twenty times together.
   */
  private void assertAllocatesNothing(CuckooStore store, int count, String requests, String replies)
      throws Exception {
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0));
    byte[] sent = requests.repeat(TOGETHER).getBytes(ISO_8859_1);
    try (TcpServer server = new TcpServer(store, options, TcpLimits.defaults());
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.endpoint().port())) {
      long serverThread = server.loop(0).threadId();
      Allocation.requireNone(
          new long[] {serverThread},
          REQUESTS,
          () -> {
            for (int i = 0; i < REQUESTS / TOGETHER / count; i++) {
              socket.getOutputStream().write(sent);
              socket.getInputStream().skipNBytes((long) TOGETHER * replies.length());
            }
          });
    }
  }

  /** Looks at the slots of one key, of many, and of a transaction. */
  private void askANodeOfACluster() throws Exception {
    ClusterNode node = new ClusterNode("a", "127.0.0.1", 7001, List.of(new SlotRange(0, 16_383)));
    ClusterMember member = new ClusterMember("a", new ClusterMap(1, List.of(node)));
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0)).withMember(member);
    String round =
        SessionHarness.request("SET", "some {key}", "v")
            + SessionHarness.request("GET", "some {key}")
            + SessionHarness.request("MGET", "{key}1", "{key}2", "{key}3")
            + SessionHarness.request("DEL", "{key}1", "{key}2", "{key}3")
            + SessionHarness.request("MULTI")
            + SessionHarness.request("SET", "some {key}", "v")
            + SessionHarness.request("EXEC");
    String replies =
        "+OK\r\n$1\r\nv\r\n*3\r\n$-1\r\n$-1\r\n$-1\r\n:0\r\n+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n";
    byte[] requests = round.repeat(20).getBytes(ISO_8859_1);
    try (CuckooStore store = CuckooStore.open(64L << 20);
        TcpServer server = new TcpServer(store, options, TcpLimits.defaults());
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.endpoint().port())) {
      long serverThread = server.loop(0).threadId();
      Allocation.requireNone(
          new long[] {serverThread},
          REQUESTS,
          () -> {
            for (int i = 0; i < REQUESTS / 140; i++) {
              socket.getOutputStream().write(requests);
              assertThat(socket.getInputStream().readNBytes(20 * replies.length()))
                  .asString(ISO_8859_1)
                  .isEqualTo(replies.repeat(20));
            }
          });
    }
  }

  private static void assertThatStatusIs(Status actual, Status expected) {
    if (actual != expected) {
      throw new AssertionError(actual + " instead of " + expected);
    }
  }
}
