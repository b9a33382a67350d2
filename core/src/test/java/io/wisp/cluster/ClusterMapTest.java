// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterMapTest {

  private static final String ALONE = "cluster_epoch:9\ncluster_node0:name=a,host=h,port=1,slots=0";

  private static ClusterNode node(String name, int port, String slots) {
    return new ClusterNode(name, "10.0.0.1", port, SlotRange.parseAll(slots));
  }

  @Test
  void shouldSayWhoHasASlot() {
    ClusterNode a = node("a", 1, "0-5,16383");
    ClusterNode b = node("b", 2, "7");
    ClusterNode c = node("c", 3, "");
    ClusterMap map = new ClusterMap(1, List.of(a, b, c));
    assertThat(map.ownerOf(0)).isEqualTo(a);
    assertThat(map.ownerOf(5)).isEqualTo(a);
    assertThat(map.ownerOf(6)).isNull();
    assertThat(map.ownerOf(7)).isEqualTo(b);
    assertThat(map.ownerOf(16_383)).isEqualTo(a);
    assertThat(map.ownerIndex(7)).isEqualTo(1);
    assertThat(map.ownerIndex(8)).isEqualTo(-1);
    assertThat(map.indexOf("c")).isEqualTo(2);
    assertThat(map.indexOf("d")).isEqualTo(-1);
    assertThat(map.assignedSlots()).isEqualTo(8);
  }

  @Test
  void shouldRefuseNodesThatDoNotGoTogether() {
    assertRefused("two nodes have the name a", node("a", 1, "0"), node("a", 2, "1"));
    assertRefused("two nodes are at 10.0.0.1:1", node("a", 1, "0"), node("b", 1, "1"));
    assertRefused(
        "slot 9 is given to a and to b, and a slot has one node",
        node("a", 1, "0-10"),
        node("b", 2, "9-20"));
    assertRefused("slot 3 is given to a and to a", node("a", 1, "0-5,3"));
    assertRefused("there are 0 nodes, and a cluster has 1 to 1000");
    ClusterNode[] many = new ClusterNode[1001];
    Arrays.setAll(many, i -> node("n" + i, i + 1, ""));
    assertRefused("there are 1001 nodes, and a cluster has 1 to 1000", many);
    assertThatThrownBy(() -> new ClusterMap(0, List.of(node("a", 1, "0"))))
        .hasMessageContaining("the epoch is 0, and 1 is the least");
  }

  private static ClusterNode replica(String name, int port, String shard) {
    return new ClusterNode(name, "10.0.0.1", port, List.of(), shard);
  }

  @Test
  void shouldLetAReplicaTakeTheSlotsOfItsMaster() {
    ClusterNode a = node("a", 1, "0-5");
    ClusterNode b = replica("b", 2, "a");
    ClusterNode c = replica("c", 3, "a");
    ClusterNode d = node("d", 4, "6-9");
    ClusterMap before = new ClusterMap(1, List.of(a, b, c, d));
    assertThat(before.shardOf(1)).containsExactly(a, b, c);
    assertThat(before.masterIndex(2)).isZero();
    assertThat(before.masterIndex(3)).isEqualTo(3);
    ClusterMap after = before.withMaster("c", 7);
    assertThat(after.epoch()).isEqualTo(1);
    assertThat(after.epochAt(1)).isEqualTo(7);
    assertThat(after.epochAt(3)).isEqualTo(1);
    assertThat(after.ownerIndex(3)).isEqualTo(2);
    assertThat(after.ownerIndex(9)).isEqualTo(3);
    assertThat(after.shardOf(0)).extracting(ClusterNode::name).containsExactly("c", "a", "b");
    assertThat(after.nodes())
        .extracting(ClusterNode::shardId)
        .containsOnly(a.shardId(), d.shardId());
    assertThat(after.digest()).isEqualTo(before.digest());
    assertThat(after.withMaster("a", 8).digest()).isEqualTo(before.digest());
    assertThat(after.withMaster("c", 7).digest()).isEqualTo(after.digest());
    ClusterMap told = told(new ClusterMember("b", after));
    assertThat(told.nodes()).isEqualTo(after.nodes());
    assertThat(told.digest()).isEqualTo(after.digest());
    assertThatThrownBy(() -> before.withMaster("x", 2)).hasMessageContaining("no node x");
  }

  @Test
  void shouldRefuseShardsWithoutOneMaster() {
    assertRefused(
        "a and b have slots and are both of shard a, which has one master",
        node("a", 1, "0"),
        new ClusterNode("b", "10.0.0.1", 2, SlotRange.parseAll("1"), "a"));
    assertRefused("node a has replicas and no slots", node("a", 1, ""), replica("b", 2, "a"));
  }

  @Test
  void shouldServeWhenItIsKnownToBeTheMaster() {
    ClusterMap map = new ClusterMap(4, List.of(node("a", 1, "0-5"), replica("b", 2, "a")));
    ClusterMember member = new ClusterMember("a", map);
    assertThat(member.hasReplicas()).isTrue();
    assertThat(member.place().serves(0)).isFalse();
    assertThat(member.place().isUnsettled(0)).isTrue();
    assertThat(member.place().isUnsettled(9)).isFalse();
    member.follow("b", 5, true);
    assertThat(member.place().serves(0)).isFalse();
    assertThat(member.place().isUnsettled(0)).isFalse();
    assertThat(member.place().isMaster()).isFalse();
    assertThat(member.place().master().name()).isEqualTo("b");
    member.follow(null, 6, false);
    assertThat(member.place().master().name()).isEqualTo("b");
    assertThat(member.map().currentEpoch()).isEqualTo(5);
    member.follow("a", 7, true);
    assertThat(member.place().serves(5)).isTrue();
    assertThat(member.place().leads()).isTrue();
    assertThat(member.map().epochAt(1)).isEqualTo(7);
    assertThat(new ClusterMember("a", new ClusterMap(1, List.of(node("a", 1, "0")))).hasReplicas())
        .isFalse();
  }

  private static void assertRefused(String why, ClusterNode... nodes) {
    assertThatThrownBy(() -> new ClusterMap(1, List.of(nodes)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a,b", "a=b", "ä"})
  void shouldRefuseNamesThatOneCannotWriteInALine(String name) {
    assertThatThrownBy(() -> node(name, 1, "")).hasMessageContaining("64 letters");
  }

  @Test
  void shouldNameTheLimitsOfANode() {
    assertThat(node("x".repeat(64), 65_535, "").name()).hasSize(64);
    assertThatThrownBy(() -> node("x".repeat(65), 1, "")).hasMessageContaining("64 letters");
    assertThatThrownBy(() -> node("a", 0, "")).hasMessageContaining("not between 1 and 65535");
    assertThatThrownBy(() -> node("a", 65_536, "")).hasMessageContaining("1 and 65535");
    assertThatThrownBy(() -> new ClusterNode("a", "h,h", 1, List.of()))
        .hasMessageContaining("\"h,h\" is no name or address");
    assertThatThrownBy(() -> new ClusterNode("a", " ", 1, List.of())).hasMessageContaining("host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "db-1.example_x.org", "::1", "fe80::12", "2001:db8::1:2"})
  void shouldTakeNamesAndAddresses(String host) {
    assertThat(new ClusterNode("a", host, 1, List.of()).host()).isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"db1:7000", "[::1]", "a@b", "a/b", "::g", "ä", "h=h"})
  void shouldRefuseWhatIsNoHost(String host) {
    assertThatThrownBy(() -> new ClusterNode("a", host, 1, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the host \"" + host + "\" is no name or address");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "0:0::0"})
  void shouldRefuseEveryAddressOfAMachine(String host) {
    assertThatThrownBy(() -> new ClusterNode("a", host, 1, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the host " + host + " is every address of a machine");
  }

  @Test
  void shouldDeriveIdentifiersFromNamesAlone() {
    String id = node("a", 1, "0").id();
    assertThat(id).matches("[0-9a-f]{40}").isEqualTo(node("a", 2, "1").id());
    assertThat(id).isNotEqualTo(node("b", 1, "0").id()).isNotEqualTo(node("a", 1, "").shardId());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0-5460;0-5460",
        "7;7",
        "3,1-2;1-3",
        "5-9,0;0 5-9",
        "0-1,2-3,4;0-4",
        "0 , 9-10 ;0 9-10"
      })
  void shouldReadRangesAndJoinThem(String text, String joined) {
    List<String> ranges = node("a", 1, text).slots().stream().map(SlotRange::toString).toList();
    assertThat(String.join(" ", ranges)).isEqualTo(joined);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "-1", "1-", "1--2", "1,,2", ",", "1 2", "0x1", "1-2-3", "١"})
  void shouldRefuseWhatIsNoRange(String text) {
    assertThatThrownBy(() -> SlotRange.parseAll(text))
        .hasMessageContaining("is no list of slots: write it as 0-5460 or 0-5460,7000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"16384", "0-16384", "5-4", "99999"})
  void shouldRefuseSlotsBeyondTheLimit(String text) {
    assertThatThrownBy(() -> SlotRange.parseAll(text))
        .hasMessageContaining("is no range of slots from 0 to 16383");
  }

  @Test
  void shouldGiveEachSlotOfARandomMapToItsNodeAndTellItInLines() {
    Random random = new Random(2);
    for (int i = 0; i < 50; i++) {
      int count = 1 + random.nextInt(9);
      int[] owners = new int[KeySlot.COUNT];
      List<List<SlotRange>> slots = new ArrayList<>();
      for (int j = 0; j < count; j++) {
        slots.add(new ArrayList<>());
      }
      for (int first = 0; first < KeySlot.COUNT; ) {
        int last = Math.min(KeySlot.COUNT - 1, first + random.nextInt(3000));
        int owner = random.nextInt(count + 1) - 1;
        Arrays.fill(owners, first, last + 1, owner);
        if (owner >= 0) {
          slots.get(owner).add(new SlotRange(first, last));
        }
        first = last + 1;
      }
      List<ClusterNode> nodes = new ArrayList<>();
      for (int j = 0; j < count; j++) {
        nodes.add(new ClusterNode("n" + j, "fe80::" + j, 1 + random.nextInt(65_535), slots.get(j)));
      }
      ClusterMap map = new ClusterMap(1 + random.nextInt(9), nodes);
      for (int slot = 0; slot < owners.length; slot++) {
        assertThat(map.ownerIndex(slot)).isEqualTo(owners[slot]);
      }
      ClusterMap told = told(new ClusterMember("n0", map));
      assertThat(told.nodes()).isEqualTo(nodes);
      assertThat(told.epoch()).isEqualTo(map.epoch());
      assertThat(told.digest()).isEqualTo(map.digest());
    }
  }

  @Test
  void shouldHaveADigestOfWhatItSays() {
    ClusterNode a = node("a", 1, "0-5");
    ClusterNode b = node("b", 2, "7");
    String digest = new ClusterMap(1, List.of(a, b)).digest();
    assertThat(new ClusterMap(1, List.of(b, node("a", 1, "3-5,0-2"))).digest()).isEqualTo(digest);
    assertThat(new ClusterMap(2, List.of(a, b)).digest()).isNotEqualTo(digest);
    assertThat(new ClusterMap(1, List.of(a)).digest()).isNotEqualTo(digest);
    assertThat(new ClusterMap(1, List.of(a, node("b", 2, "8"))).digest()).isNotEqualTo(digest);
    assertThat(new ClusterMap(1, List.of(a, node("b", 3, "7"))).digest()).isNotEqualTo(digest);
  }

  private static ClusterMap told(ClusterMember member) {
    StringBuilder lines = new StringBuilder("# Cluster\r\ncluster_enabled:1\r\n");
    lines.append(new MapText(member, "\r\n").now());
    return Objects.requireNonNull(MapLines.read(lines + "\r\n# Keyspace\r\n"));
  }

  @Test
  void shouldReadNoMapFromAServerThatIsInNoCluster() {
    assertThat(MapLines.read("cluster_enabled:0\r\n")).isNull();
    assertThat(MapLines.read("")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cluster_epoch:x",
        "cluster_epoch:1",
        "cluster_epoch:1\ncluster_node0:name=a",
        "cluster_epoch:1\ncluster_node0:name=a,host=h,port=0,slots=",
        "cluster_epoch:1\ncluster_node0:name=a,host=h,port=1,slots=0-99999",
        "cluster_shard0:name=a\n" + ALONE,
        "cluster_shard0:name=b,epoch=9\n" + ALONE,
        "cluster_shard0:name=a,epoch=8\n" + ALONE,
        "cluster_file_epoch:x\n" + ALONE
      })
  void shouldRefuseLinesThatAreNoMap(String lines) {
    assertThatThrownBy(() -> MapLines.read(lines)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldFollowLaterMapsOnly() {
    ClusterMap first = new ClusterMap(2, List.of(node("a", 1, "0-9"), node("b", 2, "10")));
    ClusterMember member = new ClusterMember("a", first);
    assertThat(member.place().serves(9)).isTrue();
    assertThat(member.place().serves(10)).isFalse();
    assertThat(member.place().serves(11)).isFalse();
    assertThat(member.replace(new ClusterMap(2, List.of(node("a", 1, ""))))).isFalse();
    assertThat(member.replace(new ClusterMap(1, List.of(node("a", 1, ""))))).isFalse();
    assertThat(member.map()).isSameAs(first);
    ClusterMap later = new ClusterMap(3, List.of(node("b", 2, "0-9"), node("a", 7, "10-11")));
    assertThat(member.replace(later)).isTrue();
    assertThat(member.place().serves(9)).isFalse();
    assertThat(member.place().serves(11)).isTrue();
    assertThat(member.node().port()).isEqualTo(7);
    assertThatThrownBy(() -> member.replace(new ClusterMap(4, List.of(node("b", 2, "")))))
        .hasMessageContaining("the cluster has no node a");
    assertThatThrownBy(() -> new ClusterMember("c", first))
        .hasMessageContaining("the cluster has no node c");
  }

  /** A shard of a master and two replicas, named after the first. */
  private static List<ClusterNode> shard(String name, int port, String slots) {
    return List.of(
        node(name, port, slots),
        replica(name + "2", port + 1, name),
        replica(name + "3", port + 2, name));
  }

  private static ClusterMap threeShards(long epoch) {
    List<ClusterNode> nodes = new ArrayList<>(shard("x", 1, "0-99"));
    nodes.addAll(shard("y", 11, "100-199"));
    nodes.add(node("z", 21, "200-299"));
    return new ClusterMap(epoch, nodes);
  }

  private static String ownerOf(ClusterMap map, int slot) {
    return Objects.requireNonNull(map.ownerOf(slot)).name();
  }

  @Test
  void shouldTakeTheLaterMasterOfEachShard() {
    ClusterMap file = threeShards(1);
    ClusterMap ofX = file.withMaster("x3", 10);
    ClusterMap ofY = file.withMaster("x2", 4).withMaster("y2", 3);
    ClusterMap both = ofX.mergedWith(ofY);
    assertThat(ownerOf(both, 0)).isEqualTo("x3");
    assertThat(ownerOf(both, 100)).isEqualTo("y2");
    assertThat(ownerOf(both, 200)).isEqualTo("z");
    assertThat(both.epochAt(0)).isEqualTo(10);
    assertThat(both.epochAt(both.indexOf("y3"))).isEqualTo(3);
    assertThat(both.epochAt(both.indexOf("z"))).isEqualTo(1);
    assertThat(both.epoch()).isEqualTo(1);
    assertThat(both.currentEpoch()).isEqualTo(10);
    assertThat(ofY.mergedWith(ofX).nodes()).isEqualTo(both.nodes());
    assertThat(both.mergedWith(ofX)).isSameAs(both);
    assertThat(both.mergedWith(ofY)).isSameAs(both);
    assertThat(both.mergedWith(file)).isSameAs(both);
    assertThat(file.withMaster("y", 3).mergedWith(file.withMaster("y2", 3)).nodes())
        .isEqualTo(file.nodes());
  }

  @Test
  void shouldTakeALaterFileAsAWholeWhateverItsShardsHaveBeenThrough() {
    ClusterMap old = threeShards(1).withMaster("x3", 10).withMaster("y2", 7);
    ClusterMap later = threeShards(2).withMaster("x2", 3);
    assertThat(old.mergedWith(later)).isSameAs(later);
    assertThat(later.mergedWith(old)).isSameAs(later);
    ClusterMap other = new ClusterMap(1, List.of(node("x", 1, "0-99")));
    assertThat(old.mergedWith(other)).isSameAs(old);
    assertThat(other.mergedWith(old)).isSameAs(other);
    assertThatThrownBy(() -> later.withMaster("x", 1))
        .hasMessageContaining("the epoch of shard x is 1, and that of the map is 2 already");
  }

  /** Whoever tells whom, and in whatever order: in the end the greatest epoch of each shard. */
  @Test
  void shouldComeToTheSameMapInWhateverOrderMapsAreMerged() {
    Random random = new Random(6);
    for (int round = 0; round < 200; round++) {
      ClusterMap file = threeShards(1);
      List<ClusterMap> told = new ArrayList<>();
      ClusterMap now = file;
      for (int epoch = 2; epoch < 12; epoch++) {
        String shard = random.nextBoolean() ? "x" : "y";
        String master = shard + List.of("", "2", "3").get(random.nextInt(3));
        now = now.withMaster(master, epoch);
        // Who knows of this one knows of others or not.
        told.add(random.nextBoolean() ? now : file.withMaster(master, epoch));
      }
      for (int i = 0; i < 3; i++) {
        Collections.shuffle(told, random);
        ClusterMap known = file;
        for (ClusterMap each : told) {
          known = known.mergedWith(each);
        }
        assertThat(known.nodes()).isEqualTo(now.nodes());
        for (int node = 0; node < known.nodes().size(); node++) {
          assertThat(known.epochAt(node)).isEqualTo(now.epochAt(node));
        }
      }
    }
  }

  @Test
  void shouldMergeMapsWhoseNodesAreInAnotherOrder() {
    List<ClusterNode> turned = new ArrayList<>(threeShards(1).nodes());
    Collections.reverse(turned);
    ClusterMap reversed = new ClusterMap(1, turned).withMaster("y3", 5);
    ClusterMap merged = threeShards(1).mergedWith(reversed);
    assertThat(ownerOf(merged, 100)).isEqualTo("y3");
    assertThat(merged.nodes().getFirst().name()).isEqualTo("x");
    assertThat(merged.epochAt(3)).isEqualTo(5);
  }

  @Test
  void shouldLearnOfOtherShardsAndNotOfItsOwn() {
    ClusterMember member = new ClusterMember("x2", threeShards(1));
    member.follow("x2", 3, true);
    ClusterMap told = threeShards(1).withMaster("x3", 9).withMaster("y3", 2);
    assertThat(member.replace(told)).isTrue();
    assertThat(member.replace(told)).isFalse();
    assertThat(ownerOf(member.map(), 100)).isEqualTo("y3");
    assertThat(member.place().leads()).isTrue();
    assertThat(member.map().epochAt(0)).isEqualTo(3);
    member.follow("x", 4, true);
    assertThat(ownerOf(member.map(), 0)).isEqualTo("x");
    assertThat(ownerOf(member.map(), 100)).isEqualTo("y3");
  }

  @Test
  void shouldTakeTheLaterNodesOfAShardAndKeepToTheFile() {
    ClusterMap file = threeShards(1);
    ClusterNode x4 = replica("x4", 31, "x");
    List<ClusterNode> shard = List.of(file.nodes().get(0), file.nodes().get(2), x4);
    ClusterMap changed = file.withMembers("x", shard, 9);
    assertThat(changed.nodes())
        .extracting(ClusterNode::name)
        .containsExactly("x", "x3", "y", "y2", "y3", "z", "x4");
    assertThat(changed.isOfSameFile(file)).isTrue();
    assertThat(changed.epochOf("x")).isEqualTo(9);
    assertThat(changed.epochOf("y")).isEqualTo(1);
    assertThat(changed.epochOf("q")).isZero();
    assertThat(changed.masterIndex(6)).isZero();
    assertThat(ownerOf(changed, 50)).isEqualTo("x");
    assertThat(changed.idAt(6)).isEqualTo(x4.id());
    ClusterMap merged = file.withMaster("y2", 4).mergedWith(changed);
    assertThat(merged.shardOf(0)).isEqualTo(changed.shardOf(0));
    assertThat(ownerOf(merged, 150)).isEqualTo("y2");
    assertThat(merged.mergedWith(file)).isSameAs(merged);
    assertThat(file.mergedWith(merged).nodes()).containsAll(merged.nodes());
    ClusterMap told = told(new ClusterMember("y", merged));
    assertThat(told.nodes()).isEqualTo(merged.nodes());
    assertThat(told.isOfSameFile(file)).isTrue();
    ClusterMap alone = file.withMembers("x", List.of(x4), 10);
    assertThat(ownerOf(alone, 50)).isEqualTo("x4");
    assertThat(told(new ClusterMember("x4", alone)).isOfSameFile(file)).isTrue();
    assertThatThrownBy(() -> file.withMembers("q", List.of(x4), 9))
        .hasMessageContaining("the cluster has no shard q");
  }

  @Test
  void shouldShareItsShardWithOthersAsLongAsItIsAmongThem() {
    ClusterMember member = new ClusterMember("x2", threeShards(1));
    member.follow("x2", 3, true);
    ClusterNode x4 = replica("x4", 31, "x");
    List<ClusterNode> now = List.of(replica("x2", 2, "x"), replica("x3", 3, "x"), x4);
    member.share(now, 5);
    assertThat(member.place().leads()).isTrue();
    assertThat(member.map().indexOf("x")).isEqualTo(-1);
    assertThat(member.map().epochOf("x")).isEqualTo(5);
    assertThat(ownerOf(member.map(), 99)).isEqualTo("x2");
    ClusterMap before = member.map();
    member.share(List.of(x4), 6);
    member.share(now, 7);
    assertThat(member.map()).isSameAs(before);
    member.follow("x4", 8, true);
    member.share(List.of(replica("x2", 2, "x"), replica("x3", 3, "x")), 9);
    assertThat(member.place().settled()).isFalse();
    assertThat(member.map().nodes()).hasSize(6);
  }

  /** Who knows of others only by their files has another one than who came later. */
  @Test
  void shouldBeOfOneFileWhoeverSharesALog() {
    List<ClusterNode> more = new ArrayList<>(threeShards(1).nodes());
    more.add(replica("x4", 31, "x"));
    ClusterMap newcomers = new ClusterMap(1, more);
    assertThat(newcomers.isOfSameFile(threeShards(1))).isTrue();
    assertThat(newcomers.mergedWith(threeShards(1).withMaster("y3", 2)).epochOf("y")).isEqualTo(2);
    more.add(node("w", 41, "300"));
    assertThat(new ClusterMap(1, more).isOfSameFile(newcomers)).isFalse();
  }

  @Test
  void shouldTellTheEpochsOfShardsAndTheGreatestToWhoKnowsOne() {
    ClusterMap map = threeShards(2).withMaster("x3", 10).withMaster("y2", 3);
    ClusterMember member = new ClusterMember("z", map);
    assertThat(MapLines.of("z", map))
        .containsEntry("cluster_epoch", "10")
        .containsEntry("cluster_file_epoch", "2")
        .containsEntry("cluster_shard0", "name=x,epoch=10")
        .containsEntry("cluster_shard1", "name=y,epoch=3")
        .doesNotContainKey("cluster_shard2");
    ClusterMap told = told(member);
    assertThat(told.nodes()).isEqualTo(map.nodes());
    assertThat(told.epoch()).isEqualTo(2);
    for (int i = 0; i < 7; i++) {
      assertThat(told.epochAt(i)).isEqualTo(map.epochAt(i));
    }
    assertThat(told.isOfSameFile(threeShards(2))).isTrue();
    assertThat(MapLines.of("z", threeShards(2)))
        .doesNotContainKey("cluster_file_epoch")
        .doesNotContainKey("cluster_shard0");
  }

  @Test
  void shouldMakeItsTextAnewOnlyForAnotherMap() {
    ClusterMember member = new ClusterMember("x2", threeShards(1));
    MapText text = new MapText(member, "\n");
    String first = text.now();
    assertThat(first).contains("cluster_myself:x2\n").doesNotContain("cluster_shard0");
    member.follow("x2", 3, false);
    String second = text.now();
    assertThat(second).contains("cluster_shard0:name=x,epoch=3\n");
    member.follow("x2", 3, true);
    assertThat(text.now()).isSameAs(second);
    member.replace(threeShards(1).withMaster("y3", 2));
    assertThat(text.now()).contains("cluster_shard1:name=y,epoch=2\n");
  }
}
