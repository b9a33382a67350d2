// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static io.wisp.testing.Eventually.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.codec.Operation;
import io.wisp.store.HeapStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Patient;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostilePeerTest {

  private static final long INBOUND = 100L << 20;
  private static final long REPLIES = 1L << 20;
  private static final ZmqLimits LIMITS =
      new ZmqLimits(INBOUND, REPLIES, 100, Duration.ofSeconds(1));

  private final ZmqTransport transport = new ZmqTransport();
  private final HeapStore store = new HeapStore();
  private ZmqServer server = serve(null);
  private long before = server.availableBytes();

  private ZmqServer serve(@Nullable String password) {
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0)).withPassword(password);
    return transport.serve(store, options, LIMITS);
  }

  @AfterEach
  void close() {
    server.close();
  }

  /** A pause of this machine may be longer than a peer may be silent before it has asked. */
  private ZmtpPeer shaken() throws IOException {
    while (true) {
      try {
        return ZmtpPeer.shaken(server.endpoint());
      } catch (EOFException | SocketException ended) {
        // Another one.
      }
    }
  }

  private void assertServesOthers() throws InterruptedException {
    await(this::servesAnother);
  }

  private boolean servesAnother() {
    try (Client client = transport.connect(server.endpoint(), Patient.options())) {
      client.put("key".getBytes(UTF_8), "value".getBytes(UTF_8));
      assertThat(client.get("key".getBytes(UTF_8))).asString().isEqualTo("value");
      return true;
    } catch (TransportException tooSlow) {
      return false;
    }
  }

  private void assertRecovers() throws InterruptedException {
    assertServesOthers();
    await(() -> server.statistics().connections() == 0);
    await(() -> server.availableBytes() >= before);
    assertThat(server.availableBytes()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MIN_VALUE,
        Long.MIN_VALUE + Integer.MAX_VALUE,
        Long.MIN_VALUE + (1L << 31),
        -1,
        -1L << 31,
        Long.MAX_VALUE,
        1L << 62,
        1L << 32,
        Integer.MAX_VALUE,
        (64 << 20) + 65_536 + 16
      })
  void shouldGiveNoMemoryForAnImpossibleLength(long length) throws Exception {
    try (ZmtpPeer peer = shaken()) {
      try {
        peer.request(Operation.PING, "", "").announce(0, length);
        for (int i = 0; i < 100; i++) {
          if (length == Long.MIN_VALUE) {
            peer.announce(0, length);
          }
        }
      } catch (SocketException e) {
        // Closed meanwhile, as it may be.
      }
      assertThat(before - server.availableBytes()).isLessThan(1 << 20);
      assertServesOthers();
    }
    assertRecovers();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE + Integer.MAX_VALUE, 1L << 40, 1L << 26})
  void shouldCloseAConnectionThatAnnouncesMoreThanAFrame(long length) throws Exception {
    try (ZmtpPeer peer = shaken()) {
      peer.announce(0, length == 1L << 26 ? ZmqLimits.MAX_FRAME_LENGTH + 1L : length);
      peer.awaitClosing();
    }
    assertRecovers();
  }

  @ParameterizedTest
  @ValueSource(longs = {4_097, 1 << 20, 64 << 20, -1, Long.MIN_VALUE + 64_000_000})
  void shouldCloseAConnectionThatAnnouncesALargeHandshake(long length) throws Exception {
    for (int flags : new int[] {0, ZmtpPeer.COMMAND}) {
      try (ZmtpPeer peer = new ZmtpPeer(server.endpoint()).greet(3)) {
        peer.announce(flags, length);
        peer.awaitClosing();
      }
    }
    assertThat(server.statistics().malformed()).isPositive();
    assertRecovers();
  }

  @Test
  void shouldCloseAConnectionThatSendsAMessageOfEndlessParts() throws Exception {
    try (ZmtpPeer peer = shaken()) {
      try {
        for (int i = 0; i < ZmqLimits.MAX_PARTS + 1; i++) {
          peer.frame(ZmtpPeer.MORE, new byte[] {1});
        }
      } catch (SocketException e) {
        // Closed before the last byte of the last part.
      }
      peer.awaitClosing();
    }
    assertThat(server.statistics().rejected()).isPositive();
    assertRecovers();
  }

  @Test
  void shouldCloseAConnectionThatFloodsParts() throws Exception {
    try (ZmtpPeer peer = shaken()) {
      byte[] part = new byte[60_000];
      try {
        for (int i = 0; i < 5_000; i++) {
          peer.frame(ZmtpPeer.MORE, part);
          assertThat(before - server.availableBytes()).isLessThan(10 << 20);
        }
      } catch (IOException e) {
        // Closed meanwhile, as it should be.
      }
      peer.awaitClosing();
    }
    assertRecovers();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldRefuseOldProtocols(int version) throws Exception {
    try (ZmtpPeer peer = new ZmtpPeer(server.endpoint()).greet(version)) {
      peer.awaitClosing();
    }
    assertRecovers();
  }

  @Test
  void shouldSurviveCommandsThatAreTooShort() throws Exception {
    try (ZmtpPeer peer = shaken()) {
      byte[] ping = {4, 'P', 'I', 'N', 'G'};
      for (int i = 0; i < 50; i++) {
        peer.frame(ZmtpPeer.COMMAND, ping);
        peer.frame(ZmtpPeer.COMMAND, new byte[0]);
      }
      assertServesOthers();
    }
    assertRecovers();
  }

  @Test
  void shouldShareABoundedMemoryAmongPeersThatNeverFinishAFrame() throws Exception {
    List<ZmtpPeer> peers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      ZmtpPeer peer = shaken();
      peer.request(Operation.PING, "", "").announce(0, 60L << 20);
      peers.add(peer);
    }
    assertServesOthers();
    for (ZmtpPeer peer : peers) {
      peer.awaitClosing();
      peer.close();
    }
    assertThat(server.statistics().rejected()).isGreaterThanOrEqualTo(6);
    assertRecovers();
  }

  @Test
  void shouldCloseAConnectionThatNeverAsksAnything() throws Exception {
    try (ZmtpPeer mute = new ZmtpPeer(server.endpoint());
        ZmtpPeer shy = shaken();
        ZmtpPeer unfinished = shaken()) {
      unfinished.announce(0, 1_000);
      mute.awaitClosing();
      shy.awaitClosing();
      unfinished.awaitClosing();
    }
    assertRecovers();
  }

  @Test
  void shouldTakeOnlySmallFramesBeforeThePassword() throws Exception {
    server.close();
    server = serve("secret");
    before = server.availableBytes();
    try (ZmtpPeer peer = shaken()) {
      peer.announce(0, ZmqLimits.MAX_STRANGER_FRAME_LENGTH + 1);
      peer.awaitClosing();
    }
    try (ZmtpPeer peer = shaken()) {
      peer.request(Operation.AUTHENTICATE, "", "wrong");
      peer.read();
      peer.announce(0, 1 << 20);
      peer.awaitClosing();
    }
    assertThat(server.statistics().rejected()).isEqualTo(2);
    ClientOptions options = Patient.options().withPassword("secret");
    try (Client client = transport.connect(server.endpoint(), options)) {
      byte[] large = new byte[1 << 20];
      client.put("large".getBytes(UTF_8), large);
      assertThat(client.get("large".getBytes(UTF_8))).isEqualTo(large);
    }
    await(() -> server.availableBytes() == before);
  }

  @Test
  void shouldHoldBoundedRepliesForAPeerThatReadsNoneAndCloseIt() throws Exception {
    byte[] large = new byte[1 << 20];
    store.put("large".getBytes(UTF_8), large);
    try (ZmtpPeer peer = shaken()) {
      for (int i = 0; i < 90; i++) {
        peer.request(Operation.GET, "large", "");
      }
      await(() -> server.untakenReplyBytes() >= REPLIES || server.statistics().rejected() > 0);
      while (server.statistics().rejected() == 0) {
        assertThat(server.untakenReplyBytes()).isLessThan(3 * REPLIES);
        assertServesOthers();
      }
      peer.awaitClosing();
    }
    assertRecovers();
  }

  @Test
  void shouldCloseAPeerThatAsksOnWhileItReadsNothing() throws Exception {
    byte[] large = new byte[1 << 20];
    store.put("large".getBytes(UTF_8), large);
    try (ZmtpPeer peer = shaken()) {
      try {
        for (int i = 0; i < 500; i++) {
          peer.request(Operation.GET, "large", "");
        }
      } catch (IOException e) {
        // Closed meanwhile, as it should be.
      }
      await(() -> server.statistics().rejected() > 0);
      assertServesOthers();
      peer.awaitClosing();
    }
    assertRecovers();
  }
}
