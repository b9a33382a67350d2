// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import static io.wisp.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Overridden;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MasterWatchTest {

  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int SLOT_OF_Y = 9_000;
  private static final int SLOT_OF_Z = 15_000;
  private static final String PASSWORD = "right";

  private final Queue<String> notices = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> lost = new ConcurrentLinkedQueue<>();

  @AfterEach
  void shouldLoseNoThread() {
    assertThat(lost).isEmpty();
  }

  private MasterWatch watch(ClusterMember member, @Nullable String password) {
    MasterWatch watch =
        new MasterWatch(
            member, password, notices::add, Duration.ofMillis(100), (_, cause) -> lost.add(cause));
    watch.start();
    return watch;
  }

  /**
   * A notice that gives a reason, which comes once: on a slow machine that may be another first.
   */
  private String awaitNotice(ClusterMember member, String password, String reason)
      throws InterruptedException {
    long end = System.nanoTime() + BOUND_NANOS;
    String notice;
    do {
      assertThat(System.nanoTime() - end).as("%s", notices).isNegative();
      notices.clear();
      try (MasterWatch _ = watch(member, password)) {
        await(() -> !notices.isEmpty());
      }
      notice = notices.element();
    } while (!notice.contains(reason));
    return notice;
  }

  private static String ownerOf(ClusterMember member, int slot) {
    return String.valueOf(member.map().ownerOf(slot));
  }

  @Test
  void shouldLearnTheMasterOfAnotherShardAndNotOfItsOwn() throws Exception {
    try (RunningCluster cluster = RunningCluster.withReplicas("0-8191", "8192-16383");
        MasterWatch _ = watch(cluster.member(0), null)) {
      cluster.member(0).follow("n0", 2, true);
      cluster.member(3).replace(cluster.map().withMaster("n1", 9));
      cluster.member(3).follow("n3", 5, true);
      await(() -> ownerOf(cluster.member(0), SLOT_OF_Y).startsWith("n3 "));
      assertThat(cluster.member(0).place().leads()).isTrue();
      assertThat(cluster.member(0).map().epochAt(0)).isEqualTo(2);
      assertThat(cluster.member(0).map().epochAt(3)).isEqualTo(5);
    }
  }

  @Test
  void shouldLearnWhatOthersHaveLearntWhileNodesAreDown() throws Exception {
    try (RunningCluster cluster =
            RunningCluster.withReplicas("0-8191", "8192-9999", "10000-16383");
        MasterWatch _ = watch(cluster.member(0), null)) {
      cluster.stop(3);
      cluster.stop(4);
      cluster.stop(5);
      cluster.member(2).replace(cluster.map().withMaster("n5", 7));
      await(() -> ownerOf(cluster.member(0), SLOT_OF_Z).startsWith("n5 "));
    }
  }

  /** A cluster in which a is alone, and b has a replica. */
  private static ClusterMap aloneBesideTwo() throws IOException {
    List<Integer> ports = RunningCluster.freePorts(3);
    return new ClusterMap(
        1,
        List.of(
            node("a", ports.get(0), "0-8191", "a"),
            node("b", ports.get(1), "8192-16383", "b"),
            node("c", ports.get(2), "", "b")));
  }

  private static ClusterNode node(String name, int port, String slots, String shard) {
    return new ClusterNode(name, "127.0.0.1", port, SlotRange.parseAll(slots), shard);
  }

  private static Server serve(Store store, ClusterMap map, int index) {
    ClusterNode node = map.nodes().get(index);
    ServerOptions options =
        ServerOptions.at(new Endpoint(node.host(), node.port())).withPassword(PASSWORD);
    ClusterMember member = new ClusterMember(node.name(), map);
    return Transports.named("tcp").serve(store, options.withMember(member));
  }

  @Test
  void shouldPresentThePasswordOfTheCluster() throws Exception {
    ClusterMap map = aloneBesideTwo();
    ClusterMap later = map.withMaster("c", 4);
    ClusterMember right = new ClusterMember("a", map);
    ClusterMember wrong = new ClusterMember("a", map);
    try (HeapStore store = new HeapStore();
        Server _ = serve(store, later, 1);
        Server _ = serve(store, later, 2)) {
      try (MasterWatch _ = watch(right, PASSWORD)) {
        await(() -> ownerOf(right, SLOT_OF_Y).startsWith("c "));
      }
      assertThat(awaitNotice(wrong, "wrong", "WRONGPASS"))
          .contains("no node of another shard has answered")
          .contains("all nodes want the same password and file");
      assertThat(ownerOf(wrong, SLOT_OF_Y)).startsWith("b ");
    }
  }

  /** The more a node has stored the longer it takes, and it is asked each second. */
  @Test
  void shouldHaveNobodyCountWhatIsStored() throws Exception {
    ClusterMap map = aloneBesideTwo();
    ClusterMap later = map.withMaster("c", 4);
    ClusterMember member = new ClusterMember("a", map);
    AtomicInteger counted = new AtomicInteger();
    try (HeapStore stored = new HeapStore()) {
      Store store =
          Overridden.in(
              Store.class,
              stored,
              Map.of(
                  "statistics",
                  statistics -> {
                    counted.incrementAndGet();
                    return statistics.call();
                  }));
      try (Server _ = serve(store, later, 1);
          Server _ = serve(store, later, 2);
          MasterWatch _ = watch(member, PASSWORD)) {
        await(() -> ownerOf(member, SLOT_OF_Y).startsWith("c "));
        assertThat(counted).hasValue(0);
      }
    }
  }

  @Test
  void shouldNotGoByAnotherFile() throws Exception {
    ClusterMap map = aloneBesideTwo();
    ClusterMap other = new ClusterMap(2, map.nodes()).withMaster("c", 4);
    ClusterMember member = new ClusterMember("a", map);
    try (HeapStore store = new HeapStore();
        Server _ = serve(store, other, 1);
        Server _ = serve(store, other, 2)) {
      var _ = awaitNotice(member, PASSWORD, "it was started with another file of the cluster");
      assertThat(member.map()).isSameAs(map);
    }
  }

  @Test
  void shouldBeThereOnlyWhereOthersHaveReplicas() throws Exception {
    ClusterMap map = aloneBesideTwo();
    ServerOptions options = ServerOptions.defaults();
    assertThat(MasterWatch.of(options, notices::add)).isNull();
    assertThat(MasterWatch.of(options.withMember(new ClusterMember("b", map)), notices::add))
        .isNull();
    assertThat(MasterWatch.of(options.withMember(new ClusterMember("c", map)), notices::add))
        .isNull();
    assertThat(MasterWatch.of(options.withMember(new ClusterMember("a", map)), notices::add))
        .isNotNull();
    List<ClusterNode> two = List.of(node("a", 1, "0-99", "a"), node("b", 2, "100", "b"));
    ClusterMap alone = new ClusterMap(1, two);
    assertThat(MasterWatch.of(options.withMember(new ClusterMember("a", alone)), notices::add))
        .isNull();
  }
}
