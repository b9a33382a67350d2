// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Property;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a get takes that reads where the server said that the record is, and else asks. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AutoGetTest {

  private static final ClientOptions AUTO = Patient.options().withGetPath(GetPath.AUTO);
  private static final Slice KEY = Slice.of("key");

  private final OneSidedServer server = OneSidedServer.open(options -> options);
  private final Client client = server.connect(AUTO);
  private final Client other = server.connect(AUTO);
  private final ValueBuffer value = new ValueBuffer();

  @AfterEach
  void close() {
    value.close();
    client.close();
    other.close();
    server.close();
  }

  private static long counter(Client client, String name) {
    return counter(client.information(), name);
  }

  /** Requires that a get takes so many reads, and so many requests to the server. */
  private void get(Status expected, int reads, int requests) {
    long readsBefore = counter(client, "client_lookup_reads");
    long requestsBefore = server.server().statistics().requests();
    assertThat(client.get(KEY, value)).isEqualTo(expected);
    assertThat(server.server().statistics().requests() - requestsBefore).isEqualTo(requests);
    assertThat(counter(client, "client_lookup_reads") - readsBefore).isEqualTo(reads);
  }

  @Test
  void shouldBeTheWayThatIsTakenUnlessAnotherIsAskedFor() {
    assertThat(ClientOptions.defaults().getPath()).isEqualTo(GetPath.AUTO);
    assertThat(client.description()).contains("get=auto");
    assertThat(client.information()).contains("client_get:auto\n");
  }

  @Test
  void shouldReadOnceWhatItWroteItself() {
    client.put(KEY, Slice.of("value"));
    get(Status.FOUND, 1, 0);
    get(Status.FOUND, 1, 0);
    client.put(KEY, Slice.of("another"));
    get(Status.FOUND, 1, 0);
    client.put(KEY, Slice.of("a third"), 1_000_000);
    get(Status.FOUND, 1, 0);
    client.delete(KEY);
    get(Status.ABSENT, 0, 1);
  }

  @Test
  void shouldAskTheServerForWhatItDoesNotKnowAndReadItTheNextTime() {
    get(Status.ABSENT, 0, 1);
    get(Status.ABSENT, 0, 1);
    other.put(KEY, Slice.of("value"));
    get(Status.FOUND, 0, 1);
    get(Status.FOUND, 1, 0);
  }

  @Test
  void shouldAskTheServerWhereAnotherHasWritten() {
    client.put(KEY, Slice.of("value"));
    other.put(KEY, Slice.of("of another"));
    get(Status.FOUND, 1, 1);
    get(Status.FOUND, 1, 0);
    other.delete(KEY);
    get(Status.ABSENT, 1, 1);
    get(Status.ABSENT, 0, 1);
  }

  @Test
  void shouldReadALongValueOnceItsLengthIsKnown() {
    client.put(KEY, Slice.of(new byte[100_000]));
    get(Status.FOUND, 1, 0);
    assertThat(value.valueLength()).isEqualTo(100_000);
    other.put(KEY, Slice.of(new byte[200_000]));
    get(Status.FOUND, 1, 1);
    assertThat(value.valueLength()).isEqualTo(200_000);
    get(Status.FOUND, 1, 0);
    assertThat(value.valueLength()).isEqualTo(200_000);
  }

  /** So many writes that nobody reads, in batches. */
  private void write(int count) {
    for (int i = 0; i < count; i++) {
      client.submitPut(KEY, Slice.of("value"));
      if (client.outstanding() == 100) {
        completeAll();
      }
    }
    completeAll();
  }

  private void completeAll() {
    client.flush();
    while (client.outstanding() > 0) {
      client.complete(value);
    }
  }

  @Test
  void shouldLearnNoAddressesWhileItOnlyWritesAndThenForgetThoseThatItKnew() {
    int most = 2 * 65_536;
    client.put(Slice.of("known"), Slice.of("value"));
    write(most - 2);
    assertThat(client.get(Slice.of("known"), value)).isEqualTo(Status.FOUND);
    get(Status.FOUND, 1, 0);
    write(most);
    get(Status.FOUND, 0, 1);
    get(Status.FOUND, 1, 0);
    client.put(KEY, Slice.of("another"));
    get(Status.FOUND, 1, 0);
    write(most);
    client.submitGet(KEY);
    completeAll();
    write(1);
    get(Status.FOUND, 1, 0);
  }

  @Test
  void shouldHaveGetsFollowAWriteThatIsUnderWay() {
    client.put(KEY, Slice.of("before"));
    client.submitGet(KEY);
    client.submitPut(KEY, Slice.of("after"));
    client.submitGet(KEY);
    client.flush();
    for (String expected : new String[] {"before", "", "after"}) {
      assertThat(client.complete(value)).isNotEqualTo(Status.ABSENT);
      if (!expected.isEmpty()) {
        assertThat(value.toByteArray()).asString().isEqualTo(expected);
      }
    }
    assertThat(counter(client, "client_lookup_reads")).isZero();
    get(Status.FOUND, 1, 0);
  }

  @Test
  void shouldAskOnceForAllOfABatchThatOthersHaveWritten() {
    int keys = 40;
    for (int i = 0; i < keys; i++) {
      client.put(Slice.of("key " + i), Slice.of("old " + i));
    }
    for (int i = 0; i < keys; i += 2) {
      other.put(Slice.of("key " + i), Slice.of("longer than before " + i));
    }
    long requests = server.server().statistics().requests();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < keys; i++) {
        client.submitGet(Slice.of("key " + i));
      }
      client.flush();
      for (int i = 0; i < keys; i++) {
        assertThat(client.complete(value)).isEqualTo(Status.FOUND);
        assertThat(value.toByteArray())
            .asString()
            .isEqualTo((i % 2 == 0 ? "longer than before " : "old ") + i);
      }
      assertThat(server.server().statistics().requests() - requests).isEqualTo(keys / 2);
    }
    assertThat(counter(client, "client_lookup_reads")).isEqualTo(2L * keys);
  }

  private static long counter(String information, String name) {
    return information
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** What a batch of 16 takes: requests to the fabric, and how often some are handed over. */
  private void batch(Runnable submits, int workRequests, int posts, int ofServer) {
    String before = client.information();
    for (int i = 0; i < 16; i++) {
      submits.run();
    }
    client.flush();
    for (int i = 0; i < 16; i++) {
      client.complete(value);
    }
    String after = client.information();
    // Besides, there is the second question, and of the server the answer to the first.
    assertThat(increase(before, after, "client_work_requests")).isEqualTo(workRequests + 1);
    assertThat(increase(before, after, "client_posts")).isEqualTo(posts + 1);
    assertThat(increase(before, after, "posts")).isEqualTo(ofServer + 1);
  }

  private static long increase(String before, String after, String name) {
    return counter(after, name) - counter(before, name);
  }

  @Test
  void shouldTakeOnePostForABatchWhateverItIs() {
    client.put(KEY, Slice.of("value"));
    batch(() -> client.submitGet(KEY), 16, 1, 0);
    batch(() -> client.submitPut(KEY, Slice.of("another")), 1, 1, 1);
    batch(() -> client.submitGet(Slice.of("no key")), 1, 1, 1);
  }

  /** Submits a get and waits until the server has answered it. */
  private void submitAndWait(Slice key) {
    long before = server.server().statistics().requests();
    client.submitGet(key);
    client.flush();
    while (server.server().statistics().requests() == before) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldBecomeReadyThoughTheAddressIsForgottenBeforeItIsRead() {
    Slice known = Slice.of("known");
    client.put(known, Slice.of("known"));
    other.put(KEY, Slice.of("value"));
    submitAndWait(KEY);
    other.delete(KEY);
    submitAndWait(KEY);
    assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    client.submitGet(KEY);
    client.submitGet(known);
    assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
    for (Status expected : new Status[] {Status.ABSENT, Status.FOUND}) {
      while (!client.isReplyReady()) {
        Thread.onSpinWait();
      }
      assertThat(client.complete(value)).isEqualTo(expected);
    }
  }

  @Test
  void shouldBecomeReadyWhileLaterReadsAreUnderWay() {
    Slice known = Slice.of("known");
    AtomicBoolean holdsBack = new AtomicBoolean();
    try (Client slow =
        server.connect(AUTO, fabric -> holdingBack(fabric, holdsBack), System::nanoTime)) {
      slow.put(known, Slice.of("known"));
      slow.put(KEY, Slice.of("value"));
      other.put(KEY, Slice.of("another"));
      holdsBack.set(true);
      slow.submitGet(KEY);
      slow.submitGet(known);
      slow.flush();
      while (!slow.isReplyReady()) {
        Thread.onSpinWait();
      }
      assertThat(slow.complete(value)).isEqualTo(Status.FOUND);
      assertThat(value.toByteArray()).asString().isEqualTo("another");
      assertThat(slow.isReplyReady()).isFalse();
      holdsBack.set(false);
      assertThat(slow.complete(value)).isEqualTo(Status.FOUND);
    }
  }

  /** A fabric that, while it holds back, has only one batch of reads arrive. */
  private static ClientFabric holdingBack(ClientFabric fabric, AtomicBoolean holdsBack) {
    return OverriddenMemory.in(
        fabric,
        memory -> {
          boolean[] gave = new boolean[1];
          return Map.of(
              "completedReads",
              ignored -> {
                if (holdsBack.get() && gave[0]) {
                  return -1;
                }
                int token = memory.completedReads();
                gave[0] = holdsBack.get() && token >= 0;
                return token;
              });
        });
  }

  @Test
  void shouldReadAgainWhatWasWrittenOverWhileItWasRead() {
    AtomicBoolean writes = new AtomicBoolean();
    Runnable write = () -> server.store().put(KEY, Slice.of("after!"));
    try (Client reader =
        server.connect(AUTO, fabric -> writingBehind(fabric, writes, write), System::nanoTime)) {
      reader.put(KEY, Slice.of("before"));
      writes.set(true);
      assertThat(reader.get(KEY, value)).isEqualTo(Status.FOUND);
      assertThat(value.toByteArray()).isEqualTo("after!".getBytes(StandardCharsets.UTF_8));
      assertThat(counter(reader, "client_lookup_reads")).isEqualTo(2);
      assertThat(counter(reader, "client_lookup_stale_addresses")).isZero();
    }
  }

  /** A fabric that, once it is told to, has something written behind the next read. */
  private static ClientFabric writingBehind(
      ClientFabric fabric, AtomicBoolean writes, Runnable write) {
    return OverriddenMemory.in(
        fabric,
        memory ->
            Map.of(
                "read",
                read -> {
                  Object ignored = read.call();
                  if (writes.getAndSet(false)) {
                    write.run();
                  }
                  return null;
                }));
  }

  /** What a request must come to. */
  private record Expected(boolean get, @Nullable Slice before) {}

  /** One client's requests, of all lengths and in any windows, against a map. */
  @Test
  void requestsTakeEffectInTheirOrderWhateverTheirPath() {
    Property.check(
        30,
        draw -> {
          SplittableRandom random = new SplittableRandom(draw.anyLong());
          int keys = draw.ints(1, 12);
          Map<Integer, Slice> model = new HashMap<>();
          Deque<Expected> expected = new ArrayDeque<>();
          for (int i = 0; i < keys; i++) {
            client.delete(Slice.of("key " + i));
          }
          for (int i = 0; i < 2_000; i++) {
            int key = random.nextInt(keys);
            Slice name = Slice.of("key " + key);
            switch (random.nextInt(12)) {
              case 0, 1 -> {
                byte[] bytes = new byte[length(random)];
                new Random(i).nextBytes(bytes);
                Slice put = Slice.of(bytes);
                client.submitPut(name, put);
                expected.add(new Expected(false, model.put(key, put)));
              }
              case 2 -> {
                client.submitDelete(name);
                expected.add(new Expected(false, model.remove(key)));
              }
              case 3 -> client.flush();
              case 4 -> {
                while (expected.size() > random.nextInt(10)) {
                  complete(expected.remove());
                }
              }
              case 5 -> {
                if (client.isReplyReady()) {
                  complete(expected.remove());
                }
              }
              default -> {
                client.submitGet(name);
                expected.add(new Expected(true, model.get(key)));
              }
            }
            if (expected.size() > 100) {
              complete(expected.remove());
            }
          }
          while (!expected.isEmpty()) {
            complete(expected.remove());
          }
        });
  }

  private static int length(SplittableRandom random) {
    return random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(1_000);
  }

  private void complete(Expected expected) {
    Status status = client.complete(value);
    Slice before = expected.before();
    if (!expected.get()) {
      assertThat(status == Status.REPLACED || status == Status.DELETED).isEqualTo(before != null);
    } else if (before == null) {
      assertThat(status).isEqualTo(Status.ABSENT);
    } else {
      assertThat(status).isEqualTo(Status.FOUND);
      assertThat(Arrays.equals(value.toByteArray(), before.toByteArray())).isTrue();
    }
  }

  /** Stands between client and server, and says that the server is one that gives no addresses. */
  private static final class OldServer implements AutoCloseable {

    private static final int FLAGS_OFFSET = 4 + 1 + 4 + 4 + 8 + 8;
    private static final int GIVES_ADDRESSES = 4;

    private final ServerSocketChannel listening;
    private final Path real;

    OldServer(int port) throws IOException {
      Path control = OneSidedServer.folder(port).resolve("control");
      real = Files.move(control, control.resolveSibling("control-of-new"));
      listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listening.bind(UnixDomainSocketAddress.of(control));
      Thread.ofPlatform().daemon().start(this::relayOne);
    }

    private void relayOne() {
      try (SocketChannel client = listening.accept();
          SocketChannel server = SocketChannel.open(UnixDomainSocketAddress.of(real))) {
        Thread.ofPlatform().daemon().start(() -> relay(client, server, false));
        relay(server, client, true);
      } catch (IOException e) {
        // The test is over.
      }
    }

    private static void relay(SocketChannel from, SocketChannel to, boolean first) {
      ByteBuffer bytes = ByteBuffer.allocate(16 << 10);
      boolean clears = first;
      try {
        while (from.read(bytes.clear()) >= 0) {
          bytes.flip();
          if (clears) {
            clears = false;
            bytes.put(FLAGS_OFFSET, (byte) (bytes.get(FLAGS_OFFSET) & ~GIVES_ADDRESSES));
          }
          while (bytes.hasRemaining()) {
            to.write(bytes);
          }
        }
        to.close();
      } catch (IOException e) {
        // The other end is closed.
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }

  @Test
  void shouldReadTheTableOfAServerThatGivesNoAddresses() throws IOException {
    other.put(KEY, Slice.of("value"));
    try (OldServer old = new OldServer(server.server().endpoint().port());
        Client lone = server.connect(AUTO)) {
      long requests = server.server().statistics().requests();
      for (int i = 0; i < 3; i++) {
        assertThat(lone.get(KEY, value)).isEqualTo(Status.FOUND);
        assertThat(lone.get(Slice.of("no key"), value)).isEqualTo(Status.ABSENT);
      }
      assertThat(server.server().statistics().requests()).isEqualTo(requests);
      lone.put(KEY, Slice.of("its own"));
      assertThat(lone.get(KEY, value)).isEqualTo(Status.FOUND);
      assertThat(value.toByteArray()).asString().isEqualTo("its own");
      assertThat(old.listening.isOpen()).isTrue();
    }
  }
}
