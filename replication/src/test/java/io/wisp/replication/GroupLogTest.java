// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static io.wisp.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.ArraySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.WriteBatch;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Membership;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three members of a group in this process, each with a store and a tcp server of its own. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(PatientMembers.class)
class GroupLogTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int ANSWER_MILLIS = 30_000;

  private static final int HEADER_BYTES = 8;

  @TempDir private Path temporary;
  private final GroupFile file = new GroupFile();
  private final Queue<String> notices = new ConcurrentLinkedQueue<>();
  private final Queue<String> left = new ConcurrentLinkedQueue<>();
  private final MemberServers members = new MemberServers(GroupFile.NAMES.size());

  private GroupLog open(String folder, ClusterMember member, CuckooStore store, boolean isNew)
      throws IOException {
    return GroupLog.open(
        temporary.resolve(folder), store, membership(member, isNew), notices::add, MEBIBYTE);
  }

  private Membership membership(ClusterMember member, boolean isNew) {
    return new Membership(member, "127.0.0.1", isNew, () -> left.add(member.node().name()));
  }

  private void start(int index, boolean isNew) throws IOException {
    start(index, isNew, 32 * MEBIBYTE);
  }

  private void start(int index, boolean isNew, long memory) throws IOException {
    Path folder = temporary.resolve(GroupFile.NAMES.get(index));
    Membership membership = membership(file.member(index), isNew);
    members.set(index, new MemberServer(folder, membership, notices::add, memory));
  }

  private void startAll(boolean areNew) throws IOException {
    for (int i = 0; i < GroupFile.NAMES.size(); i++) {
      start(i, areNew);
    }
  }

  @AfterEach
  void close() throws Exception {
    members.endAll();
  }

  private String call(int index, String... words) throws IOException {
    try (Wire wire = new Wire(file.port(index), ANSWER_MILLIS)) {
      return wire.call(words);
    }
  }

  /** None but of elections, which take long where the machine is busy. */
  private void requireNoNotice() {
    assertThat(notices).allMatch(each -> each.matches(".* (led|leads) the group .*"));
  }

  private long versionAt(int index, String key) {
    ArraySink record = new ArraySink();
    Status status = members.get(index).store.get(Slice.of(key), record);
    return status == Status.FOUND ? record.version() : 0;
  }

  @Test
  void shouldCarryOutOnAllMembersWhatTheLeaderHasAcknowledged() throws Exception {
    startAll(true);
    int leader = members.awaitLeader();
    assertThat(call(leader, "SET", "a", "1")).isEqualTo("OK");
    for (int i = 1; i <= 100; i++) {
      assertThat(call(leader, "INCR", "n")).isEqualTo("" + i);
    }
    assertThat(call(leader, "MSET", "{n}b", "2", "{n}c", "3")).isEqualTo("OK");
    assertThat(call(leader, "DEL", "{n}b")).isEqualTo("1");
    assertThat(call(leader, "GET", "n")).isEqualTo("100");
    for (int i = 0; i < 3; i++) {
      MemberServer each = members.get(i);
      await(() -> each.get("{n}b") == null && "3".equals(each.get("{n}c")));
      assertThat(each.get("n")).isEqualTo("100");
      assertThat(versionAt(i, "n")).isEqualTo(versionAt(leader, "n")).isEqualTo(101);
    }
    requireNoNotice();
  }

  @Test
  void shouldSendClientsToTheLeaderAndTellWhoItIs() throws Exception {
    startAll(true);
    int leader = members.awaitLeader();
    int follower = (leader + 1) % 3;
    await(() -> members.get(follower).member.place().settled());
    String moved = " 127.0.0.1:" + file.port(leader);
    for (String command : List.of("GET", "INCR", "DEL")) {
      assertThat(call(follower, command, "a")).startsWith("-MOVED ").endsWith(moved);
    }
    assertThat(call(follower, "FLUSHALL")).isEqualTo("-MOVED 0" + moved);
    String line = "127.0.0.1:" + file.port(leader) + "@0 master - 0 0 ";
    assertThat(call(follower, "CLUSTER", "NODES")).contains(line).contains("myself,slave ");
    assertThat(call(leader, "CLUSTER", "NODES")).contains("@0 myself,master - 0 0 ");
  }

  @Test
  void shouldLeaseTheTableOfTheLeaderAlone() throws Exception {
    startAll(true);
    int leader = members.awaitLeader();
    for (int i = 0; i < 3; i++) {
      GroupLog log = members.get(i).log;
      assertThat(log.leasesTable()).isTrue();
      if (i == leader) {
        // It is renewed while somebody asks.
        await(() -> log.tableLeaseNanos() > 0);
        assertThat(log.tableLeaseNanos()).isLessThanOrEqualTo(Reign.LEASE_NANOS);
      } else {
        assertThat(log.tableLeaseNanos()).isNotPositive();
      }
    }
    GroupLog first = members.get(leader).log;
    members.end((leader + 1) % 3);
    members.end((leader + 2) % 3);
    await(() -> first.tableLeaseNanos() <= 0);
  }

  @Test
  void shouldGoOnWithoutTheLeaderAndTakeItBackLater() throws Exception {
    startAll(true);
    int first = members.awaitLeader();
    assertThat(call(first, "SET", "a", "1")).isEqualTo("OK");
    members.end(first);
    int second = members.awaitLeader();
    assertThat(second).isNotEqualTo(first);
    assertThat(call(second, "GET", "a")).isEqualTo("1");
    assertThat(call(second, "APPEND", "a", "2")).isEqualTo("2");
    long epoch = members.get(second).member.map().currentEpoch();
    start(first, false);
    MemberServer back = members.get(first);
    await(() -> "12".equals(back.get("a")));
    await(() -> back.member.map().currentEpoch() >= epoch && back.member.place().settled());
    assertThat(back.member.place().master().name()).isEqualTo(GroupFile.NAMES.get(second));
  }

  @Test
  void shouldServeNothingWithoutAMajority() throws Exception {
    startAll(true);
    int leader = members.awaitLeader();
    assertThat(call(leader, "SET", "a", "1")).isEqualTo("OK");
    members.end((leader + 1) % 3);
    assertThat(call(leader, "SET", "a", "2")).isEqualTo("OK");
    members.end((leader + 2) % 3);
    await(() -> !members.get(leader).member.place().settled());
    assertThat(call(leader, "GET", "a")).startsWith("-CLUSTERDOWN ");
    assertThat(call(leader, "SET", "a", "3")).startsWith("-CLUSTERDOWN ");
    await(() -> notices.stream().anyMatch(each -> each.contains("nobody has led the group")));
    start((leader + 1) % 3, false);
    assertThat(call(members.awaitLeader(), "GET", "a")).isEqualTo("2");
    await(() -> notices.stream().anyMatch(each -> each.contains("leads the group now")));
  }

  /** Appends a put as a server does; the answer is what became of it, and why. */
  private static String append(GroupLog log, String value) throws InterruptedException {
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("a"), Slice.of(value));
    BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    log.append(batch, false, (outcome, why) -> outcomes.add(outcome + ": " + why));
    return String.valueOf(outcomes.poll(BOUND_NANOS, TimeUnit.NANOSECONDS));
  }

  @Test
  void shouldSayWhatBecameOfAnEntryWhereThatIsKnown() throws Exception {
    startAll(true);
    int leader = members.awaitLeader();
    int follower = (leader + 1) % 3;
    GroupLog log = members.get(leader).log;
    var _ = log.begin();
    assertThat(append(log, "1")).isEqualTo("DONE: ");
    // As if it had been decided before another leader's entry.
    assertThat(append(log, "2")).startsWith("NOT_DONE: ").contains("came before it");
    assertThat(members.get(leader).get("a")).isEqualTo("1");
    var _ = log.begin();
    assertThat(append(log, "3")).isEqualTo("DONE: ");
    GroupLog other = members.get(follower).log;
    var _ = other.begin();
    assertThat(append(other, "4")).isEqualTo("NOT_DONE: " + GroupLog.NOT_LEADING);
    members.end((leader + 2) % 3);
    // One is under way when the majority is gone, whenever that is.
    Thread end = Thread.ofPlatform().start(() -> members.end(follower));
    int last = 4;
    String outcome = "DONE: ";
    while (outcome.equals("DONE: ")) {
      last++;
      var _ = log.begin();
      outcome = append(log, last + "");
    }
    end.join();
    assertThat(outcome).isEqualTo("UNKNOWN: " + GroupLog.NOT_LEADING);
    await(() -> !log.isHeld());
    assertThat(append(log, "never")).isEqualTo("NOT_DONE: " + GroupLog.NOT_LEADING);
    assertThat(members.get(leader).get("a")).isEqualTo(last == 5 ? "3" : last - 1 + "");
  }

  @Test
  void shouldGoOnWithoutAMemberThatHasNoRoomAndHaveItsServerEnd() throws Exception {
    start(1, true);
    start(2, true);
    int leader = members.awaitLeader();
    start(0, true, MEBIBYTE);
    for (int i = 0; i < 40 && left.isEmpty(); i++) {
      assertThat(call(leader, "SET", "key " + i, "v".repeat(100_000))).isEqualTo("OK");
    }
    await(() -> !left.isEmpty());
    assertThat(left).containsExactly("a");
    assertThat(notices).anyMatch(each -> each.contains("leaves the group to the others"));
    assertThat(call(leader, "SET", "a", "1")).isEqualTo("OK");
  }

  @Test
  void shouldNotVoteByALogThatIsNotWhole() throws Exception {
    startAll(true);
    int leader = members.awaitLeader();
    for (int i = 0; i < 10; i++) {
      assertThat(call(leader, "SET", "key " + i, "v".repeat(1_000))).isEqualTo("OK");
    }
    for (int i = 0; i < 3; i++) {
      MemberServer each = members.get(i);
      await(() -> each.get("key 9") != null);
    }
    members.endAll();
    Path log = logOf(0);
    try (FileChannel segment = FileChannel.open(openSegment(log), StandardOpenOption.WRITE)) {
      assertThat(segment.size()).isGreaterThan(HEADER_BYTES);
      segment.truncate(HEADER_BYTES);
    }
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      assertThatThrownBy(() -> open("a", file.member(0), store, false))
          .hasMessageContaining("was cut short")
          .hasMessageContaining("must not come back under its name");
      for (File each : Objects.requireNonNull(log.toFile().listFiles())) {
        Files.delete(each.toPath());
      }
      assertThatThrownBy(() -> open("a", file.member(0), store, false))
          .hasMessageContaining("is gone")
          .hasMessageContaining("must not come back under its name");
    }
  }

  private Path logOf(int index) throws IOException {
    try (Stream<Path> groups =
        Files.list(temporary.resolve(GroupFile.NAMES.get(index)).resolve("raft"))) {
      return groups.findFirst().orElseThrow().resolve("current");
    }
  }

  private static Path openSegment(Path log) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      return files
          .filter(each -> each.toString().contains("log_inprogress_"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void shouldHaveAllAfterARestartOfAllWithSnapshots() throws Exception {
    startAll(true);
    int leader = members.awaitLeader();
    String value = "v".repeat(100_000);
    for (int i = 0; i < 60; i++) {
      assertThat(call(leader, "SET", "key " + i % 7, i + value)).isEqualTo("OK");
    }
    members.endAll();
    startAll(false);
    leader = members.awaitLeader();
    for (int i = 53; i < 60; i++) {
      assertThat(call(leader, "GET", "key " + i % 7)).isEqualTo(i + value);
    }
    requireNoNotice();
  }

  @Test
  void shouldRefuseFoldersOfOthersAndPortsThatAreTaken() throws Exception {
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      try (ServerSocket taken = new ServerSocket()) {
        taken.bind(
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), file.port(0) + Group.PORT_OFFSET));
        assertThatThrownBy(() -> open("a", file.member(0), store, false))
            .hasMessageContaining("is no folder of a member")
            .hasMessageContaining("start it once with --new-member");
        assertThatThrownBy(() -> open("a", file.member(0), store, true))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("cannot listen on port " + taken.getLocalPort());
      }
      assertThatThrownBy(() -> open("a", file.member(0), store, true))
          .hasMessageContaining("start member a without --new-member");
      assertThatThrownBy(() -> open("a", file.member(1), store, false))
          .hasMessageContaining("is the folder of member a of the shard a: a at 127.0.0.1:")
          .hasMessageContaining("the server is to be member b");
      assertThatThrownBy(
              () -> RaftWriteLog.open(temporary.resolve("a"), store, notices::add, MEBIBYTE))
          .hasMessageContaining("name it by --cluster and --cluster-node");
      DataFolder.open(temporary.resolve("alone")).close();
      assertThatThrownBy(() -> open("alone", file.member(0), store, false))
          .hasMessageContaining("is the folder of a server without replicas");
      ClusterMap high =
          new ClusterMap(
              1,
              List.of(
                  new ClusterNode("a", "127.0.0.1", 60_000, SlotRange.parseAll("0")),
                  new ClusterNode("b", "127.0.0.1", 1, List.of(), "a")));
      assertThatThrownBy(() -> open("high", new ClusterMember("a", high), store, true))
          .hasMessageContaining("node a has the port 60000")
          .hasMessageContaining("55535 is the most");
    }
  }
}
