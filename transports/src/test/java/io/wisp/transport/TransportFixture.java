// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** The servers and clients of one test of a transport, closed when it ends. */
@SuppressWarnings("this-escape") // the store that a subclass makes needs none of its fields
public abstract class TransportFixture {

  /** What some transports have not, by their nature; a test that needs it is then left out. */
  protected enum Requirement {
    /** A store at the other end, which keeps what it is given. */
    STORE,
    /** A server that is reached by a connection, which can break. */
    CONNECTION,
    /** A get that waits for an answer, which may not come. */
    ANSWERED_GET,
    /** A protocol that tells the versions of records. */
    VERSIONS
  }

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  protected final Store store = newStore();
  protected final ValueBuffer value = new ValueBuffer();

  /** The transport under test. */
  protected abstract Transport transport();

  /** The store that is served. */
  protected Store newStore() {
    return new HeapStore();
  }

  /** A store with room for some of the largest values, for the few tests that write such. */
  protected Store newLargeStore() {
    return newStore();
  }

  /** What the transport has not, by its nature, each with the reason. */
  protected Map<Requirement, String> missing() {
    return Map.of();
  }

  /** How misfortune comes about in the transport. */
  protected Adversity adversity() {
    return new SocketAdversity();
  }

  /** Whether a get is a request to the server, not a read of its memory. */
  protected boolean serverSeesGets() {
    return true;
  }

  /** Byte sequences that are no conversation in the transport's protocol. */
  protected List<byte[]> garbage() {
    return List.of();
  }

  @AfterEach
  void closeWhatWasOpened() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    store.close();
    value.close();
  }

  protected final void needs(Requirement requirement) {
    String reason = missing().get(requirement);
    assumeTrue(
        reason == null,
        () ->
            "%s: %s, so it has no %s by its nature"
                .formatted(transport().name(), reason, requirement));
  }

  protected final <T extends AutoCloseable> T closedAfterwards(T resource) {
    opened.push(resource);
    return resource;
  }

  protected static ServerOptions serverOptions() {
    return ServerOptions.at(new Endpoint("127.0.0.1", 0));
  }

  /** How a test connects, unless it wants something particular. */
  protected ClientOptions clientOptions() {
    return ClientOptions.defaults().withTimeout(TIMEOUT);
  }

  protected final Server serve() {
    return serve(serverOptions());
  }

  protected final Server serve(ServerOptions options) {
    return serve(store, options);
  }

  protected final Server serve(Store served, ServerOptions options) {
    return closedAfterwards(transport().serve(served, serving(served, options)));
  }

  /** The options with which a store is served. */
  protected ServerOptions serving(Store served, ServerOptions options) {
    return options;
  }

  protected final Client connect(Server server) {
    return connect(server.endpoint(), clientOptions());
  }

  protected final Client connect(Endpoint endpoint, ClientOptions options) {
    return closedAfterwards(transport().connect(endpoint, options));
  }

  protected static Slice slice(String text) {
    return Slice.of(text);
  }

  protected static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** An endpoint of this machine where nothing listens, and nobody else can meanwhile. */
  protected final Endpoint unusedEndpoint() throws IOException {
    Socket bound = closedAfterwards(new Socket());
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return new Endpoint("127.0.0.1", bound.getLocalPort());
  }
}
