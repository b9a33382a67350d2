// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.linearizability;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.linearizability.Party;
import io.wisp.linearizability.Rounds;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HeldLog;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import io.wisp.transport.shm.SharedTable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of tcp and shm at one store, whose servers share a log of its writes. */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoggedWireLinearizabilityTest {

  private static final int ROUNDS = 16;
  private static final int MILLIS_BETWEEN_BREAKS = 20;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final List<ClientParty> clients = new ArrayList<>();
  private final List<Party> everybody = new ArrayList<>();
  private final long seed = Long.getLong("wisp.linearizability.seed", System.nanoTime());

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private <T extends AutoCloseable> T closedAfterwards(T resource) {
    opened.push(resource);
    return resource;
  }

  private void serve() throws Exception {
    CuckooStore store =
        closedAfterwards(SharedTable.open(CuckooStore.Options.ofCapacity(16L << 20)));
    HeldLog log = closedAfterwards(new HeldLog(store));
    ServerOptions options =
        ServerOptions.at(new Endpoint("127.0.0.1", 0))
            .withThreads(2)
            .withWriteLog(log)
            .sharingLog(store);
    for (String name : List.of("tcp", "shm")) {
      Transport transport = Transports.named(name);
      assumeTrue(transport.unavailable().isEmpty(), () -> name + " cannot run here");
      Server server = closedAfterwards(transport.serve(store, options));
      if (name.equals("tcp")) {
        everybody.add(closedAfterwards(new RedisParty("redis", server.endpoint().port())));
      }
      ClientOptions asked = ClientOptions.defaults().withTimeout(Duration.ofSeconds(60));
      for (int i = 0; i < 2; i++) {
        ClientParty party =
            closedAfterwards(
                new ClientParty(
                    name + i, false, () -> transport.connect(server.endpoint(), asked)));
        clients.add(party);
        everybody.add(party);
      }
    }
  }

  @Test
  void shouldAnswerAsIfAllHadCalledOneAfterAnother() throws Exception {
    serve();
    Rounds rounds = new Rounds(false, seed);
    rounds.play(ROUNDS, () -> true, everybody);
    System.out.println(everybody.size() + " clients of a logged store: " + rounds);
  }

  /** What was asked for and not answered may have happened or not, but not twice. */
  @Test
  void shouldStillDoSoWhenConnectionsAreClosedUnderCalls() throws Exception {
    serve();
    Rounds rounds = new Rounds(false, seed);
    AtomicInteger broken = new AtomicInteger();
    Thread breaker = Thread.ofPlatform().start(this::breakConnections);
    try {
      for (int i = 0; i < ROUNDS; i++) {
        rounds.play(everybody, failure -> broken.incrementAndGet());
      }
    } finally {
      breaker.interrupt();
      breaker.join();
      System.out.println(broken + " calls broken at a logged store: " + rounds);
    }
  }

  private void breakConnections() {
    try {
      for (int i = 0; ; i++) {
        Thread.sleep(MILLIS_BETWEEN_BREAKS);
        clients.get(i % clients.size()).breakConnection();
      }
    } catch (InterruptedException e) {
      // The rounds are over.
    }
  }
}
