// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static io.wisp.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.transport.GroupMembers;
import io.wisp.transport.Membership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Members of a group in this process that come, go and are replaced. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(PatientMembers.class)
class MembersTest {

  private static final String HOST = "127.0.0.1";
  private static final int FOUNDERS = 3;
  private static final int ANSWER_MILLIS = 30_000;

  /** Whoever has answered nothing for so long is known to be silent. */
  private static final long SILENCE_MILLIS = 9_000;

  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  @TempDir private Path temporary;
  private final List<Integer> ports = GroupFile.freePorts(NAMES.size());
  private final Queue<String> notices = new ConcurrentLinkedQueue<>();
  private final Queue<String> left = new ConcurrentLinkedQueue<>();
  private final MemberServers members = new MemberServers(NAMES.size());

  private MemberServer open(
      int index, int nodesOfFile, boolean isNew, @Nullable UUID joins, String folder)
      throws IOException {
    ClusterMember member = new ClusterMember(NAMES.get(index), map(nodesOfFile));
    Membership membership =
        new Membership(member, HOST, isNew, joins, () -> left.add(member.node().name()));
    return new MemberServer(temporary.resolve(folder), membership, notices::add);
  }

  private ClusterMap map(int count) {
    List<ClusterNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<SlotRange> slots = SlotRange.parseAll(i == 0 ? "0-16383" : "");
      nodes.add(new ClusterNode(NAMES.get(i), HOST, ports.get(i), slots, "a"));
    }
    return new ClusterMap(1, nodes);
  }

  @BeforeEach
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void startFounders() throws IOException {
    for (int i = 0; i < FOUNDERS; i++) {
      members.set(i, open(i, FOUNDERS, true, null, NAMES.get(i)));
    }
  }

  @AfterEach
  void close() throws Exception {
    members.endAll();
  }

  private MemberServer start(int index, int nodesOfFile, @Nullable UUID joins, String folder)
      throws IOException {
    MemberServer started = open(index, nodesOfFile, false, joins, folder);
    members.set(index, started);
    return started;
  }

  private UUID group() throws InterruptedException {
    return UUID.fromString(members.get(members.awaitLeader()).said("group"));
  }

  private String call(int index, String... words) throws IOException {
    try (Wire wire = new Wire(ports.get(index), ANSWER_MILLIS)) {
      return wire.call(words);
    }
  }

  private String set(String key, String value) throws Exception {
    return call(members.awaitLeader(), "SET", key, value);
  }

  private void add(MemberServer added) throws InterruptedException {
    String identifier = added.said("self");
    int port = added.member.node().port();
    make(group -> group.add(identifier, HOST, port), "is a member already");
  }

  private List<String> remove(String identifier) throws InterruptedException {
    return make(group -> group.remove(identifier), "there is no such member");
  }

  /**
   * As the command does: whoever leads is asked, and all others must have answered it. It may lead
   * no more before the change has ended, so it is asked for until it is refused as done.
   *
   * @return the other refusals
   */
  private List<String> make(Function<GroupMembers, @Nullable String> change, String isDone)
      throws InterruptedException {
    List<String> refusals = new ArrayList<>();
    await(
        () -> {
          for (MemberServer each : members.running()) {
            String refusal = change.apply(each.group());
            if (refusal == null) {
              await(() -> !"under way".equals(each.said("change_state")));
            } else if (refusal.contains(isDone)) {
              return true;
            } else {
              refusals.add(refusal);
            }
          }
          return false;
        });
    return refusals;
  }

  private void awaitMembers(int at, String... identifiers) throws InterruptedException {
    Set<String> expected = Set.of(identifiers);
    await(() -> expected.equals(membersAt(at)));
  }

  private Set<String> membersAt(int index) {
    Set<String> found = new HashSet<>();
    for (Map.Entry<String, String> line : members.get(index).group().description().entrySet()) {
      if (line.getKey().matches("member\\d+")) {
        found.add(line.getValue().substring(0, line.getValue().indexOf(' ')));
      }
    }
    return found;
  }

  private static Predicate<ClusterNode> at(String address) {
    return node -> node.address().equals(address);
  }

  /** So that the log does not begin at its beginning any more. */
  private void writeSnapshots() throws Exception {
    String value = "v".repeat(100_000);
    for (int i = 0; i < 60; i++) {
      assertThat(set("key " + i % 7, i + value)).isEqualTo("OK");
    }
  }

  private void requireAll(MemberServer member) throws InterruptedException {
    for (int i = 53; i < 60; i++) {
      String key = "key " + i % 7;
      String beginning = i + "v";
      await(
          () -> {
            String value = member.get(key);
            return value != null && value.startsWith(beginning);
          });
    }
  }

  @Test
  void shouldAddANodeThatTheFileOfTheOthersDoesNotKnow() throws Exception {
    writeSnapshots();
    MemberServer added = start(3, 4, group(), "d");
    await(() -> notices.stream().anyMatch(each -> each.contains("waits for the others")));
    add(added);
    requireAll(added);
    assertThat(set("a", "1")).isEqualTo("OK");
    await(() -> "1".equals(added.get("a")));
    for (int i = 0; i < 4; i++) {
      awaitMembers(i, "a", "b", "c", added.said("self"));
      int at = i;
      await(
          () ->
              members.get(at).member.map().indexOf("d") >= 0
                  && members.get(at).member.place().settled());
    }
    String nodes = call(0, "CLUSTER", "NODES");
    assertThat(nodes.lines()).hasSize(4);
    assertThat(nodes).contains(HOST + ":" + ports.get(3) + "@0");
    // It counts: of four members two are no majority.
    int leader = members.awaitLeader();
    members.end((leader + 1) % 4);
    assertThat(call(leader, "SET", "a", "2")).isEqualTo("OK");
    members.end((leader + 2) % 4);
    await(() -> !members.get(leader).member.place().settled());
  }

  @Test
  void shouldReplaceAMemberThatHasLostItsFolderAndRefuseTheFormer() throws Exception {
    writeSnapshots();
    int leader = members.awaitLeader();
    int lost = (leader + 1) % FOUNDERS;
    String name = NAMES.get(lost);
    members.end(lost);
    Files.move(temporary.resolve(name), temporary.resolve("former"));
    MemberServer anew = start(lost, FOUNDERS, group(), name);
    String identifier = anew.said("self");
    remove(name);
    add(anew);
    requireAll(anew);
    assertThat(set("a", "1")).isEqualTo("OK");
    await(() -> "1".equals(anew.get("a")));
    assertThat(call(leader, "CLUSTER", "NODES").lines()).hasSize(FOUNDERS);
    // It comes back with what it has.
    members.end(lost);
    assertThat(set("a", "2")).isEqualTo("OK");
    MemberServer back = start(lost, FOUNDERS, null, name);
    await(() -> "2".equals(back.get("a")));
    assertThat(back.said("self")).isEqualTo(identifier);
    // And counts: the group goes on with it and one other.
    members.end((leader + 2) % FOUNDERS);
    assertThat(set("a", "3")).isEqualTo("OK");
    members.end(lost);
    start((leader + 2) % FOUNDERS, FOUNDERS, null, NAMES.get((leader + 2) % FOUNDERS));
    assertThat(set("a", "4")).isEqualTo("OK");
    start(lost, FOUNDERS, null, "former");
    await(() -> left.contains(name));
    assertThat(notices).anyMatch(each -> each.contains("the others have removed or replaced"));
  }

  @Test
  void shouldRemoveTheLeader() throws Exception {
    int leader = members.awaitLeader();
    String name = NAMES.get(leader);
    assertThat(set("a", "1")).isEqualTo("OK");
    assertThat(remove(name)).anyMatch(each -> each.contains("this member leads, and has"));
    await(() -> left.contains(name));
    assertThat(notices).anyMatch(each -> each.contains("the others have removed"));
    members.end(leader);
    int next = members.awaitLeader();
    assertThat(call(next, "GET", "a")).isEqualTo("1");
    assertThat(set("a", "2")).isEqualTo("OK");
    List<String> others = new ArrayList<>(NAMES.subList(0, FOUNDERS));
    others.remove(name);
    awaitMembers(next, others.toArray(String[]::new));
    assertThat(call(next, "CLUSTER", "NODES").lines()).hasSize(2);
  }

  /** The two that stayed could commit nothing more, not even that another one comes. */
  @Test
  void shouldNotRemoveOneOfThoseThatAreNeeded() throws Exception {
    int leader = members.awaitLeader();
    int lost = (leader + 1) % FOUNDERS;
    members.end(lost);
    Thread.sleep(SILENCE_MILLIS);
    GroupMembers group = members.get(leader).group();
    String other = NAMES.get((leader + 2) % FOUNDERS);
    for (String each : List.of(other, NAMES.get(leader))) {
      awaitTooFew(2, 1, () -> group.remove(each));
    }
    // The new one would be needed, before it knows that it is a member.
    awaitTooFew(4, 2, () -> group.add("d#0123abcd", HOST, ports.get(3)));
    remove(NAMES.get(lost));
    assertThat(set("a", "1")).isEqualTo("OK");
  }

  /** After a pause of the machine nobody has answered lately, and for a moment fewer seem to. */
  private static void awaitTooFew(int members, int answering, Supplier<@Nullable String> change)
      throws InterruptedException {
    String expected =
        "TRYAGAIN of the %s members that there would be %s answer, and more than half must"
            .formatted(members, answering);
    await(
        () -> {
          String refusal = change.get();
          assertThat(refusal).startsWith("TRYAGAIN of the " + members);
          return expected.equals(refusal);
        });
  }

  /** It comes with the same name, and at another address, while the former one leads. */
  @Test
  void shouldNotTakeItselfForTheFormerThatLeads() throws Exception {
    assertThat(set("a", "1")).isEqualTo("OK");
    int leader = members.awaitLeader();
    int other = (leader + 1) % FOUNDERS;
    UUID group = group();
    MemberServer former = members.get(leader);
    ports.set(leader, ports.get(FOUNDERS));
    MemberServer anew = open(leader, FOUNDERS, false, group, "anew");
    members.set(FOUNDERS, anew);
    add(anew);
    awaitMembers(FOUNDERS, "a", "b", "c", anew.said("self"));
    awaitMembers(other, "a", "b", "c", anew.said("self"));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    while (System.nanoTime() - end < 0) {
      assertThat(anew.member.place().settled()).isFalse();
      assertThat(call(leader, "GET", "a")).startsWith("-CLUSTERDOWN");
      assertThat(members.get(other).member.place().master())
          .matches(at(former.member.node().address()));
    }
    String name = NAMES.get(leader);
    remove(name);
    await(() -> left.contains(name));
    members.end(leader);
    String address = anew.member.node().address();
    await(() -> members.get(other).member.map().nodes().stream().anyMatch(at(address)));
    await(() -> "1".equals(anew.get("a")));
  }

  @Test
  void shouldChangeNothingForOneThatCannotBeReached() throws Exception {
    GroupMembers leader = members.get(members.awaitLeader()).group();
    await(() -> leader.add("d#0123abcd", HOST, ports.get(3)) == null);
    assertThat(leader.remove("a")).startsWith("TRYAGAIN another change is under way");
    await(() -> "failed".equals(leader.description().get("change_state")));
    assertThat(leader.description().get("change_failure")).contains("nothing has changed");
    assertThat(set("a", "1")).isEqualTo("OK");
    awaitMembers(members.awaitLeader(), "a", "b", "c");
  }

  @Test
  void shouldRefuseInWordsWhatCannotBe() throws Exception {
    int leader = members.awaitLeader();
    GroupMembers group = members.get(leader).group();
    assertThat(group.add("x y", HOST, 1)).contains("no identifier of a member");
    assertThat(group.add("d", "0.0.0.0", 1)).contains("every address of a machine");
    assertThat(group.add("d", HOST, 60_000)).contains("55535 is the most");
    assertThat(group.add("d", HOST, ports.get(0))).contains("the cluster has node a at ");
    assertThat(group.add("a", HOST, ports.get(0))).isEqualTo("ERR a is a member already");
    assertThat(group.remove("x")).contains("there is no such member");
    int follower = (leader + 1) % FOUNDERS;
    await(() -> members.get(follower).member.place().settled());
    assertThat(members.get(follower).group().remove("a"))
        .isEqualTo("TRYAGAIN this member does not lead the group, and %s does", NAMES.get(leader));
    assertThat(call(follower, "CLUSTER", "REMOVE-MEMBER", "a")).startsWith("-TRYAGAIN this member");
    assertThat(call(leader, "CLUSTER", "ADD-MEMBER", "d", HOST, "0")).contains("between 1 and");
    assertThat(call(leader, "CLUSTER", "MEMBERS")).contains("change_state:none");
    UUID id = group();
    assertThatThrownBy(() -> open(0, FOUNDERS, false, id, "a"))
        .hasMessageContaining("without --new-member and --join");
    assertThatThrownBy(() -> open(3, 4, false, null, "d"))
        .hasMessageContaining("is no folder of a member")
        .hasMessageContaining("./wisp cluster replace");
  }
}
