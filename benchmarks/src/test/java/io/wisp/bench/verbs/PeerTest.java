// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.wisp.verbs.Verbs;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PeerTest {

  private static final int BATCHES = 60;
  private static final int TRIPS = 50;

  /** For all tests but those that end it: to start one takes long in an emulated machine. */
  private static @Nullable Peer shared;

  private static Peer sharedPeer() {
    Peer peer = shared;
    if (peer == null) {
      peer = Peer.start(List.of());
      shared = peer;
    }
    return peer;
  }

  @AfterAll
  static void endPeer() {
    if (shared != null) {
      shared.close();
    }
  }

  @Test
  void shouldSayWhyThereIsNothingToMeasureWithoutADevice() {
    String reason = Verbs.availability().orElse("");
    assumeTrue(!reason.isEmpty(), "this machine has an RDMA device");

    assertThatIllegalStateException()
        .isThrownBy(() -> Peer.start(List.of()))
        .withMessageStartingWith(reason)
        .withMessageContaining("./wisp guest");
  }

  @Tag("rdma")
  @ParameterizedTest
  @CsvSource({
    "READ, 1",
    "READ, 65536",
    "WRITE, 1",
    "WRITE, 221",
    "SEND, 1",
    "SEND, 236",
    "SEND, 65536"
  })
  @Timeout(300)
  void shouldMakeRoundTripsThatAllocateNothingOnceTheyAreWarm(VerbsOperation operation, int size) {
    LinkOptions options =
        LinkOptions.roundTrip(LinkOptions.ANY_DEVICE, operation, size, operation.defaultInline());
    try (PairConnection connection = sharedPeer().connect(options)) {
      Runnable roundTrip = connection.roundTrip();

      assertThat(leastAllocated(roundTrip)).isZero();
    }
  }

  @Tag("rdma")
  @ParameterizedTest
  @EnumSource(
      value = VerbsOperation.class,
      names = {"READ", "WRITE"})
  @Timeout(300)
  void shouldPostChainsThatAllocateNothingOnceTheyAreWarm(VerbsOperation operation) {
    LinkOptions options = new LinkOptions(LinkOptions.ANY_DEVICE, operation, 64, 0, 32);
    try (PairConnection connection = sharedPeer().connect(options)) {
      ChainedPosts posts = new ChainedPosts(connection.link(), 16);

      assertThat(leastAllocated(posts::post)).isZero();

      posts.drain();
    }
  }

  @Tag("rdma")
  @ParameterizedTest
  @EnumSource(VerbsOperation.class)
  @Timeout(120)
  void shouldConnectAgainAfterADisconnect(VerbsOperation operation) {
    LinkOptions options = LinkOptions.roundTrip(LinkOptions.ANY_DEVICE, operation, 8, 0);
    for (int i = 0; i < 3; i++) {
      try (PairConnection connection = sharedPeer().connect(options)) {
        connection.roundTrip().run();
      }
    }
  }

  @Tag("rdma")
  @ParameterizedTest
  @EnumSource(VerbsOperation.class)
  @Timeout(120)
  void shouldEndARoundTripWhenThePeerIsGone(VerbsOperation operation) {
    LinkOptions options = LinkOptions.roundTrip(LinkOptions.ANY_DEVICE, operation, 8, 0);
    Peer peer = Peer.start(List.of());
    PairConnection connection = peer.connect(options);
    try {
      Runnable roundTrip = connection.roundTrip();
      roundTrip.run();
      peer.close();

      assertThatIllegalStateException().isThrownBy(roundTrip::run);
    } finally {
      connection.link().close();
    }
  }

  /** Fewest bytes that this thread allocated in a batch of round trips. */
  private static long leastAllocated(Runnable roundTrip) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int batch = 0; batch < BATCHES && least > 0; batch++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < TRIPS; i++) {
        roundTrip.run();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
