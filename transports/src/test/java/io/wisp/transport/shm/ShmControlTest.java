// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static io.wisp.testing.Eventually.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.testing.Undisturbed;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerThreads;
import io.wisp.transport.ring.RingLimits;
import io.wisp.transport.ring.server.RingServer;
import io.wisp.transport.ring.server.ServerLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever comes to the control socket, byte by byte: as MEMORY.md describes it, and otherwise. */
@ParameterizedClass
@EnumSource
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmControlTest {

  /** What kind of socket the control connections are. */
  enum Family {
    UNIX,
    TCP
  }

  private static final byte[] HELLO = hex("11000000 01 5749535052494e47 02000000 ffffffff");
  private static final byte[] ANSWER = hex("01000000 04");
  private static final byte[] READY = hex("01000000 05");
  private static final int REFUSAL = 3;

  private final Family family;
  private final HeapStore store = new HeapStore();
  private final ServerFolder folder = ServerFolder.take(new Endpoint("127.0.0.1", 0));
  private final List<SocketChannel> opened = new ArrayList<>();
  private SocketAddress address = new InetSocketAddress(0);
  private @Nullable RingServer server;

  ShmControlTest(Family family) {
    this.family = family;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private void serve(Duration handshake, ServerOptions options) throws IOException {
    ServerSocketChannel listener;
    // Clients of shm look for the Unix socket.
    Path path = folder.files().control();
    if (family == Family.UNIX) {
      listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(path), 1_024);
    } else {
      listener = ServerSocketChannel.open();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    }
    address = listener.getLocalAddress();
    server =
        new RingServer(
            new ShmTransport(),
            store,
            options,
            new ServerLimits(new RingLimits(4 << 10), 8 << 20, handshake, Duration.ofSeconds(30)),
            listener,
            new Endpoint("127.0.0.1", folder.port()),
            new ShmServerFabric(folder, store));
  }

  private RingServer server() {
    RingServer started = server;
    if (started == null) {
      throw new IllegalStateException("no server was started");
    }
    return started;
  }

  private void serve() throws IOException {
    serve(Duration.ofSeconds(30), options());
  }

  private ServerOptions options() {
    return ServerOptions.at(new Endpoint("127.0.0.1", folder.port()));
  }

  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    closeOpened();
    await(() -> server().statistics().connections() == 0);
    await(() -> files().size() == expectedFiles());
    server().close();
    assertThat(folder.files().folder()).doesNotExist();
    assertThat(ServerThreads.named("wisp-shm")).isEmpty();
  }

  private void closeOpened() throws IOException {
    for (SocketChannel each : opened) {
      each.close();
    }
    opened.clear();
  }

  /** A doorbell, and the socket if it is a file. */
  private int expectedFiles() {
    return family == Family.UNIX ? 2 : 1;
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder.files().folder())) {
      return files.toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private SocketChannel open() throws IOException {
    SocketChannel channel =
        family == Family.UNIX
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    opened.add(channel);
    channel.connect(address);
    return channel;
  }

  private static void send(SocketChannel channel, byte[]... messages) throws IOException {
    for (byte[] message : messages) {
      ByteBuffer bytes = ByteBuffer.wrap(message);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** The next message without its length, or nothing if the server closed the connection. */
  private static byte[] receive(SocketChannel channel) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    if (!fill(channel, head)) {
      return new byte[0];
    }
    ByteBuffer body = ByteBuffer.allocate(head.getInt(0));
    return fill(channel, body) ? body.array() : new byte[0];
  }

  private static boolean fill(SocketChannel channel, ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          return false;
        }
      }
      return true;
    } catch (IOException reset) {
      return false;
    }
  }

  private static void expectRefusal(SocketChannel channel, String reason) throws IOException {
    byte[] refusal = receive(channel);
    assertThat(refusal).isNotEmpty();
    assertThat(refusal[0]).isEqualTo((byte) REFUSAL);
    assertThat(new String(refusal, 1, refusal.length - 1, UTF_8)).contains(reason);
    assertThat(receive(channel)).isEmpty();
  }

  private void expectRefusal(String reason, byte[]... messages) throws IOException {
    SocketChannel channel = open();
    send(channel, messages);
    expectRefusal(channel, reason);
  }

  private byte[] welcomed(SocketChannel channel) throws IOException {
    send(channel, HELLO);
    byte[] welcome = receive(channel);
    assertThat(welcome[0]).isEqualTo((byte) 2);
    return welcome;
  }

  private SocketChannel welcomed() throws IOException {
    SocketChannel channel = open();
    welcomed(channel);
    return channel;
  }

  private SocketChannel served() throws IOException {
    SocketChannel channel = welcomed();
    send(channel, ANSWER);
    assertThat(receive(channel)).isEqualTo(new byte[] {5});
    return channel;
  }

  private void aGoodClientWorks() {
    if (family == Family.TCP) {
      return;
    }
    try (Client client =
        new ShmTransport()
            .connect(
                new Endpoint("127.0.0.1", folder.port()),
                ClientOptions.defaults()
                    .withTimeout(Duration.ofSeconds(30))
                    .withPassword(options.password()))) {
      assertThat(client.put(Slice.of("key"), Slice.of("value")))
          .isIn(Status.CREATED, Status.REPLACED);
      assertThat(client.contains(Slice.of("key"))).isTrue();
    }
  }

  private ServerOptions options = options();

  @Test
  void shouldRefuseAnAnswerToLeasesThatItDoesNotGrant() throws IOException {
    serve();
    SocketChannel channel = welcomed();
    send(channel, hex("01000000 06"));
    expectRefusal(channel, "leases that were not offered");
  }

  @Test
  void shouldWelcomeInTheBytesThatAreDocumented() throws IOException {
    serve();
    SocketChannel channel = open();
    ByteBuffer welcome = ByteBuffer.wrap(welcomed(channel)).order(ByteOrder.LITTLE_ENDIAN);
    long clock = welcome.getLong(9);
    assertThat(clock).isCloseTo(System.currentTimeMillis(), within(60_000L));
    welcome.putLong(9, 0);
    assertThat(welcome.array())
        .isEqualTo(
            hex(
                "02 02000000 00100000 0000000000000000 0000000000000000 00000000"
                    + "0000000000000000 0000000000000000 00000000 00000000"
                    + "0100000000000000 00000000"));
    send(channel, ANSWER);
    assertThat(receive(channel)).isEqualTo(new byte[] {5});
    assertThat(server().statistics().accepted()).isOne();
  }

  @Test
  void shouldPutTogetherWhatComesByteByByte() throws IOException {
    serve();
    SocketChannel channel = open();
    for (byte each : HELLO) {
      send(channel, new byte[] {each});
    }
    assertThat(receive(channel)[0]).isEqualTo((byte) 2);
    for (byte each : ANSWER) {
      send(channel, new byte[] {each});
    }
    assertThat(receive(channel)).isEqualTo(new byte[] {5});
    aGoodClientWorks();
  }

  @Test
  void shouldRefuseWhatIsNoMessageAndGoOn() throws IOException {
    serve();
    List<byte[]> garbage =
        List.of(
            hex("00000000"),
            hex("ffffffff"),
            hex("01200000 00"),
            "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8),
            "*1\r\n$4\r\nPING\r\n".getBytes(UTF_8),
            hex("01000000 00"),
            hex("01000000 07"),
            hex("11000000 01 5849535052494e47 02000000 ffffffff"),
            hex("11000000 01 5749535052494e47 02000000 01000000"),
            hex("11000000 01 5749535052494e47 02000000 01100000"));
    for (byte[] each : garbage) {
      expectRefusal("", each);
    }
    assertThat(server().statistics().malformed()).isEqualTo(garbage.size());
    assertThat(server().statistics().accepted()).isZero();
    aGoodClientWorks();
  }

  @Test
  void shouldRefuseMessagesOutOfTurn() throws IOException {
    serve();
    for (byte[] each : List.of(ANSWER, READY, hex("01000000 03"))) {
      expectRefusal("out of turn", each);
    }
    SocketChannel twice = welcomed();
    send(twice, HELLO);
    expectRefusal(twice, "out of turn");
    SocketChannel again = served();
    send(again, ANSWER);
    expectRefusal(again, "out of turn");
    aGoodClientWorks();
  }

  @Test
  void shouldRefuseAnAnswerThatIsNone() throws IOException {
    serve();
    SocketChannel channel = welcomed();
    send(channel, hex("05000000 04 01020304"));
    expectRefusal(channel, "an answer of 4 bytes");
    aGoodClientWorks();
  }

  @Test
  void shouldSayWhichVersionItSpeaks() throws IOException {
    serve();
    expectRefusal(
        "protocol version 3, and this server speaks 2",
        hex("11000000 01 5749535052494e47 03000000 ffffffff"));
    assertThat(server().statistics().rejected()).isOne();
  }

  @Test
  void shouldOfferNothingWithoutThePassword() throws IOException {
    options = options().withPassword("geheim");
    serve(Duration.ofSeconds(30), options);
    expectRefusal("wants a password first", HELLO);
    expectRefusal(
        "the password is wrong",
        hex("17000000 01 5749535052494e47 02000000 06000000"),
        "geheIm".getBytes(UTF_8));
    assertThat(files()).hasSize(expectedFiles());
    SocketChannel right = open();
    send(right, hex("17000000 01 5749535052494e47 02000000 06000000"), "geheim".getBytes(UTF_8));
    assertThat(receive(right)[0]).isEqualTo((byte) 2);
    aGoodClientWorks();
  }

  @Test
  void shouldFreeWhatAClientHeldThatGoesAtAnyStage() throws Exception {
    serve(Duration.ofSeconds(30), options().withMaxClients(3));
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 120; i++) {
      SocketChannel channel = open();
      switch (i % 6) {
        case 0 -> {}
        case 1 -> send(channel, HELLO.clone());
        case 2 -> send(channel, new byte[] {HELLO[0], 0, 0});
        case 3 -> welcomed(channel);
        case 4 -> {
          welcomed(channel);
          send(channel, ANSWER);
        }
        default -> {
          welcomed(channel);
          send(channel, ANSWER);
          receive(channel);
        }
      }
      if (random.nextBoolean()) {
        channel.shutdownOutput();
      }
      channel.close();
      await(() -> server().statistics().connections() == 0);
    }
    aGoodClientWorks();
  }

  @Test
  void shouldNotWaitForeverForAClientThatSaysNothing() throws Exception {
    serve(Duration.ofSeconds(2), options());
    Undisturbed.run(Duration.ofMillis(500), this::expectTheSilentToBeEnded);
  }

  private void expectTheSilentToBeEnded(Undisturbed.Pulse pulse) throws Exception {
    closeOpened();
    await(() -> server().statistics().connections() == 0);
    long before = server().statistics().rejected();
    pulse.beat();
    SocketChannel silent = open();
    SocketChannel begun = open();
    send(begun, new byte[] {HELLO[0], 0});
    SocketChannel halfway = welcomed();
    served();
    pulse.rest();
    assertThat(receive(silent)).isEmpty();
    assertThat(receive(begun)).isEmpty();
    assertThat(receive(halfway)).isEmpty();
    assertThat(server().statistics().rejected() - before).isEqualTo(3);
    assertThat(server().statistics().connections()).isOne();
  }

  @Test
  void shouldServeAGoodClientAmongManyThatNeverFinish() throws Exception {
    serve();
    for (int i = 0; i < 200; i++) {
      SocketChannel channel = open();
      if (i % 2 == 0) {
        send(channel, HELLO);
      }
    }
    await(() -> server().statistics().connections() == 100);
    for (int i = 0; i < 20; i++) {
      aGoodClientWorks();
    }
    assertThat(server().statistics().accepted()).isEqualTo(family == Family.UNIX ? 20 : 0);
  }

  @Test
  void shouldRefuseOneMoreThanTheMostClients() throws Exception {
    serve(Duration.ofSeconds(30), options().withMaxClients(2));
    SocketChannel one = welcomed();
    welcomed();
    expectRefusal("there are 2 clients already", HELLO);
    one.close();
    await(() -> server().statistics().connections() == 1);
    welcomed();
  }
}
