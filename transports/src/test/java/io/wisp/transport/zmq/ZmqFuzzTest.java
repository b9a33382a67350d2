// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import io.wisp.store.HeapStore;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Patient;
import io.wisp.transport.ServerOptions;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/**
 * What a peer sends before and after its handshake, to a server at work: others are served as
 * before, and no memory stays with it. The first byte says whether there is a handshake before, the
 * second where the rest is cut.
 */
class ZmqFuzzTest extends FuzzTest {

  /** Short, because the memory of a first frame that was cut off is freed only then. */
  private static final Duration STALL = Duration.ofSeconds(1);

  private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);
  private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

  private final HeapStore store = new HeapStore();
  private @Nullable ZmqServer server;
  private @Nullable Client witness;
  private long availableBefore;

  @Override
  protected void check(byte[] input) throws Exception {
    if (input.length < 2) {
      return;
    }
    ZmqServer served = server();
    byte[] bytes = Arrays.copyOfRange(input, 2, input.length);
    int cut = Byte.toUnsignedInt(input[1]) % (bytes.length + 1);
    try (ZmtpPeer peer =
        input[0] % 4 == 0 ? new ZmtpPeer(served.endpoint()) : ZmtpPeer.shaken(served.endpoint())) {
      peer.send(Arrays.copyOf(bytes, cut)).send(Arrays.copyOfRange(bytes, cut, bytes.length));
    } catch (SocketException | EOFException e) {
      // The server has closed the connection meanwhile, as it may.
    }
    Client client = witness();
    assertThat(client.put(KEY, VALUE).isError()).isFalse();
    assertThat(client.get(KEY)).isEqualTo(VALUE);
    while (served.statistics().connections() > 1 || served.availableBytes() < availableBefore) {
      Thread.sleep(1); // without end if memory stays, which the fuzzer's time limit tells
    }
  }

  private ZmqServer server() {
    if (server == null) {
      ZmqLimits defaults = ZmqLimits.defaults();
      ZmqLimits limits =
          new ZmqLimits(
              defaults.inboundBytes(), defaults.replyBytes(), defaults.waitingRequests(), STALL);
      ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0));
      server = new ZmqTransport().serve(store, options, limits);
    }
    return server;
  }

  private Client witness() {
    if (witness == null) {
      witness = new ZmqTransport().connect(server().endpoint(), Patient.options());
      availableBefore = server().availableBytes();
    }
    return witness;
  }

  @AfterEach
  void close() throws IOException {
    if (witness != null) {
      witness.close();
    }
    if (server != null) {
      server.close();
    }
    store.close();
  }
}
