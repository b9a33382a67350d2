// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static io.wisp.testing.Eventually.await;
import static io.wisp.transport.tcp.RunningServer.read;
import static io.wisp.transport.tcp.RunningServer.write;
import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.tcp.RespPeer.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions of several connections. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionsOverTcpTest {

  private static final int ACCOUNTS = 8;
  private static final int BALANCE = 1000;
  private static final int TRANSFERS = 400;
  private static final Duration SOON = Duration.ofMillis(100);

  /** The bank is open until all transfers are done. */
  private final AtomicBoolean closed = new AtomicBoolean();

  private static RespPeer connect(RunningServer running) throws Exception {
    return new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port()));
  }

  private static List<String> allAccounts() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      names.add("account" + i);
    }
    return names;
  }

  private static String account(Random random) {
    return "account" + random.nextInt(ACCOUNTS);
  }

  /** By optimistic locking, as often as it takes. */
  private static int transferWatching(RunningServer running, int seed) throws Exception {
    Random random = new Random(seed);
    int lost = 0;
    try (RespPeer peer = connect(running)) {
      for (int i = 0; i < TRANSFERS; ) {
        String from = account(random);
        String to = account(random);
        int amount = random.nextInt(100);
        peer.call("WATCH", from, to);
        int source = Integer.parseInt(peer.call("GET", from).text());
        int target = Integer.parseInt(peer.call("GET", to).text());
        peer.call("MULTI");
        if (!from.equals(to)) {
          peer.call("SET", from, "" + (source - amount));
          peer.call("MSET", to, "" + (target + amount));
        }
        if (peer.call("EXEC").equals(Reply.NIL)) {
          lost++;
        } else {
          i++;
        }
      }
    }
    return lost;
  }

  private static int transferAdding(RunningServer running, int seed) throws Exception {
    Random random = new Random(seed);
    try (RespPeer peer = connect(running)) {
      for (int i = 0; i < TRANSFERS; i++) {
        String amount = "" + random.nextInt(100);
        peer.send(List.of("MULTI"));
        peer.send(List.of("INCRBY", account(random), amount));
        peer.send(List.of("DECRBY", account(random), amount));
        peer.send(List.of("EXEC"));
        for (int j = 0; j < 3; j++) {
          peer.read();
        }
        assertThat(peer.read().elements()).hasSize(2);
      }
    }
    return 0;
  }

  /** Two accounts change places. */
  private static int rename(RunningServer running, int seed) throws Exception {
    Random random = new Random(seed);
    try (RespPeer peer = connect(running)) {
      for (int i = 0; i < TRANSFERS; i++) {
        String one = account(random);
        String other = account(random);
        peer.call("MULTI");
        peer.call("RENAME", one, "elsewhere");
        peer.call("RENAME", other.equals(one) ? "elsewhere" : other, one);
        peer.call("COPY", "elsewhere", other);
        peer.call("DEL", "elsewhere");
        assertThat(peer.call("EXEC").elements()).hasSize(4);
      }
    }
    return 0;
  }

  private int audit(RunningServer running, boolean inOneRequest) throws Exception {
    List<String> names = allAccounts();
    int audits = 0;
    try (RespPeer peer = connect(running)) {
      do {
        List<Reply> balances;
        if (inOneRequest) {
          List<String> words = new ArrayList<>(List.of("MGET"));
          words.addAll(names);
          balances = peer.call(words).elements();
        } else {
          peer.call("MULTI");
          for (String name : names) {
            peer.call("GET", name);
          }
          balances = peer.call("EXEC").elements();
        }
        assertThat(balances.stream().mapToInt(balance -> Integer.parseInt(balance.text())).sum())
            .isEqualTo(ACCOUNTS * BALANCE);
        audits++;
      } while (!closed.get());
    }
    return audits;
  }

  @Test
  void shouldNeverShowMoneyOnItsWay() throws Exception {
    try (RunningServer running =
            new RunningServer(
                CuckooStore.open(64 << 20),
                options -> options.withThreads(3),
                TcpLimits.defaults());
        ExecutorService threads = Executors.newCachedThreadPool()) {
      for (String name : allAccounts()) {
        running.store().put(Slice.of(name), Slice.of("" + BALANCE));
      }
      List<Future<Integer>> transfers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int seed = i;
        transfers.add(threads.submit(() -> transferWatching(running, seed)));
        transfers.add(threads.submit(() -> transferAdding(running, seed)));
      }
      transfers.add(threads.submit(() -> rename(running, 1)));
      List<Future<Integer>> audits = new ArrayList<>();
      audits.add(threads.submit(() -> audit(running, true)));
      audits.add(threads.submit(() -> audit(running, false)));
      try {
        for (Future<Integer> transfer : transfers) {
          transfer.get();
        }
      } finally {
        closed.set(true);
      }
      for (Future<Integer> audit : audits) {
        assertThat(audit.get()).isPositive();
      }
      assertThat(audit(running, true)).isOne();
    }
  }

  @Test
  void shouldFreeWhatAClientHasQueuedThatIsGone() throws Exception {
    try (RunningServer running = new RunningServer()) {
      // The loop makes its own buffers on its thread, a moment after the server has started.
      try (RespPeer peer = connect(running)) {
        peer.call("PING");
      }
      await(() -> running.server().statistics().connections() == 0);
      long before = running.server().bufferedBytes();
      try (Socket socket = running.openSocket()) {
        write(socket, request("WATCH", "k") + request("MULTI"));
        write(socket, request("SET", "k", "v".repeat(1 << 20)) + request("GET", "k") + "*2\r\n$3");
        read(socket, "+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n".length());
        assertThat(running.server().bufferedBytes()).isGreaterThan(before + (1 << 20));
      }
      await(() -> running.server().statistics().connections() == 0);
      await(() -> running.server().bufferedBytes() <= before + (64 << 10));
      assertThat(running.store().size()).isZero();
    }
  }

  @Test
  void shouldShowTheMemoryOfATransaction() throws Exception {
    try (RunningServer running = new RunningServer();
        RespPeer peer = connect(running);
        RespPeer observer = connect(running)) {
      String id = peer.call("CLIENT", "ID").text();
      peer.call("MULTI");
      peer.call("SET", "k", "v".repeat(100_000));
      await(
          () -> line(observer, id).matches(".* flags=x .* multi=1 .* multi-mem=1[0-9]{5} .*\\s*"));
      assertThat(peer.call("EXEC").elements()).hasSize(1);
      await(() -> line(observer, id).matches(".* flags=N .* multi=-1 .* multi-mem=0 .*\\s*"));
    }
  }

  private static String line(RespPeer observer, String id) {
    try {
      return observer.call("CLIENT", "LIST", "ID", id).text();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldLetAClientThinkWhileNobodyLacksMemory() throws Exception {
    TcpLimits limits = TcpLimits.defaults().withStall(SOON);
    try (RunningServer running = new RunningServer(options -> options, limits);
        RespPeer thinking = connect(running);
        Socket stalled = running.openSocket()) {
      thinking.call("WATCH", "k");
      thinking.call("MULTI");
      thinking.call("SET", "k", "v");
      write(stalled, "*2\r\n$3\r\nGET\r\n$10\r\nabc");
      await(() -> running.server().statistics().rejected() == 1);
      assertThat(thinking.call("EXEC").elements()).hasSize(1);
    }
  }

  @Test
  void shouldEndTransactionsThatTakeTheMemoryOfOthers() throws Exception {
    TcpLimits limits = TcpLimits.defaults().withBufferMemory(6 << 20).withStall(SOON);
    int hoarders = 4;
    try (RunningServer running = new RunningServer(options -> options, limits)) {
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < hoarders; i++) {
        sockets.add(hoard(running));
      }
      await(
          () -> {
            askForMoreThanIsLeft(running);
            return running.server().statistics().connections() < hoarders;
          });
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** A pause of the machine in the midst of a request may end the first that try. */
  private static Socket hoard(RunningServer running) throws IOException {
    while (true) {
      Socket hoarder = running.openSocket();
      try {
        write(hoarder, request("MULTI") + request("SET", "k", "v".repeat(450_000)).repeat(2));
        if (read(hoarder, 23).equals("+OK\r\n+QUEUED\r\n+QUEUED\r\n")) {
          return hoarder;
        }
      } catch (SocketException ended) {
        // Another one.
      }
      hoarder.close();
    }
  }

  private static void askForMoreThanIsLeft(RunningServer running) {
    try (Socket socket = running.openSocket()) {
      write(socket, request("SET", "k", "v".repeat(3_000_000)));
      read(socket, 5);
    } catch (IOException e) {
      // It was refused before all was sent.
    }
  }

  @Test
  void shouldChangeNothingIfTheReplyDoesNotFit() throws Exception {
    TcpLimits limits = TcpLimits.defaults().withBufferMemory(4 << 20);
    try (RunningServer running = new RunningServer(options -> options, limits);
        RespPeer peer = connect(running)) {
      running.store().put(Slice.of("long"), Slice.of(new byte[900_000]));
      peer.call("MULTI");
      peer.call("SET", "k", "v");
      for (int i = 0; i < 5; i++) {
        peer.call("GET", "long");
      }
      assertThat(peer.call("EXEC").text())
          .isEqualTo(
              "EXECABORT Transaction discarded because of: the reply does not fit into the"
                  + " server's memory for connection buffers");
      assertThat(peer.call("EXISTS", "k").text()).isEqualTo("0");
      assertThat(peer.call("STRLEN", "long").text()).isEqualTo("900000");
    }
  }
}
