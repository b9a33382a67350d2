// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.linearizability.Churn;
import io.wisp.linearizability.Party;
import io.wisp.linearizability.Rounds;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import io.wisp.transport.shm.SharedTable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients of every transport at one store, whose index grows and whose memory is compacted or won
 * by evicting. The system property {@code wisp.linearizability.seed} repeats a run, as far as
 * threads can.
 */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WireLinearizabilityTest {

  private static final long CAPACITY = 16L << 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int MILLIS_BETWEEN_BREAKS = 20;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final List<Party> everybody = new ArrayList<>();
  private final long seed = Long.getLong("wisp.linearizability.seed", System.nanoTime());

  /** The transports that are used beside tcp. */
  List<String> transports() {
    return List.of("zmq", "shm");
  }

  CuckooStore open(CuckooStore.Options options) throws IOException {
    return SharedTable.open(options);
  }

  /** How many rounds there are at least. */
  int rounds() {
    return 16;
  }

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

  private CuckooStore serve(boolean evicts) throws IOException {
    CuckooStore store =
        closedAfterwards(open(CuckooStore.Options.ofCapacity(CAPACITY).evict(evicts)));
    Server tcp = serve("tcp", store);
    everybody.add(closedAfterwards(new RedisParty("redis", tcp.endpoint().port())));
    everybody.add(client("tcp", tcp, GetPath.RING));
    for (String name : transports()) {
      Server server = serve(name, store);
      everybody.add(client(name, server, GetPath.RING));
      if (!name.equals("zmq")) {
        everybody.add(client(name, server, GetPath.ONE_SIDED));
        everybody.add(client(name, server, GetPath.AUTO));
      }
    }
    return store;
  }

  private Server serve(String name, CuckooStore store) {
    Transport transport = Transports.named(name);
    assumeTrue(
        transport.unavailable().isEmpty(),
        () -> name + " cannot run here: " + transport.unavailable().orElse(""));
    return closedAfterwards(transport.serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0))));
  }

  private ClientParty client(String name, Server server, GetPath path) {
    ClientOptions options = ClientOptions.defaults().withTimeout(TIMEOUT).withGetPath(path);
    boolean oneSided = path != GetPath.RING;
    return closedAfterwards(
        new ClientParty(
            oneSided ? name + "-" + path.word() : name,
            oneSided,
            () -> Transports.named(name).connect(server.endpoint(), options)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerClientsOfAllTransportsAsIfTheyHadCalledOneAfterAnother(boolean evicts)
      throws Exception {
    CuckooStore store = serve(evicts);
    Rounds rounds = new Rounds(evicts, seed);
    List<Party> withTheStoresClock = everybody.stream().filter(Party::readsTheStoresClock).toList();
    try (Churn churn = new Churn(store, evicts, seed)) {
      rounds.play(rounds() / 2, churn::hasHappened, everybody);
      rounds.play(rounds() / 2, churn::hasHappened, withTheStoresClock);
    } finally {
      System.out.println(everybody.size() + " clients, evicting " + evicts + ": " + rounds);
    }
  }

  /** What was asked for and not answered may have happened or not, but not twice. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldStillDoSoWhenConnectionsAreClosedUnderCalls(boolean evicts) throws Exception {
    CuckooStore store = serve(evicts);
    Rounds rounds = new Rounds(evicts, seed);
    AtomicInteger broken = new AtomicInteger();
    Thread breaker = Thread.ofPlatform().start(this::breakConnections);
    try (Churn churn = new Churn(store, evicts, seed)) {
      for (int i = 0; i < rounds() / 4 || broken.get() == 0 || !churn.hasHappened(); i++) {
        rounds.play(everybody, failure -> broken.incrementAndGet());
      }
    } finally {
      breaker.interrupt();
      breaker.join();
      System.out.println(broken + " calls broken, evicting " + evicts + ": " + rounds);
    }
    assertThat(broken).hasPositiveValue();
  }

  private void breakConnections() {
    List<ClientParty> clients =
        everybody.stream()
            .filter(ClientParty.class::isInstance)
            .map(ClientParty.class::cast)
            .toList();
    Random random = new Random(seed);
    try {
      while (true) {
        Thread.sleep(MILLIS_BETWEEN_BREAKS);
        clients.get(random.nextInt(clients.size())).breakConnection();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
