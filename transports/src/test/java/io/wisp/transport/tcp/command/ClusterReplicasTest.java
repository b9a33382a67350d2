// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.Slice;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node tells of masters and replicas, before and after another one is elected. */
class ClusterReplicasTest {

  private static final ClusterNode A =
      new ClusterNode("a", "10.0.0.1", 7001, SlotRange.parseAll("0-99"));
  private static final ClusterNode B = new ClusterNode("b", "10.0.0.2", 7002, List.of(), "a");
  private static final ClusterNode C =
      new ClusterNode("c", "10.0.0.3", 7003, SlotRange.parseAll("100-199"));

  private final ClusterMember member = new ClusterMember("b", new ClusterMap(1, List.of(A, B, C)));
  private final SessionHarness session = SessionHarness.of(member);

  @AfterEach
  void close() {
    session.close();
  }

  private String line(String line) {
    return session.call(line.split(" ", -1));
  }

  private static String node(ClusterNode node) {
    return "*4\r\n$8\r\n%s\r\n:%s\r\n$40\r\n%s\r\n*0\r\n"
        .formatted(node.host(), node.port(), node.id());
  }

  @Test
  void shouldNameTheMasterFirstAndThenItsReplicas() {
    member.follow("a", 2, true);
    String last = "*3\r\n:100\r\n:199\r\n" + node(C);
    assertThat(line("CLUSTER SLOTS"))
        .isEqualTo("*2\r\n*4\r\n:0\r\n:99\r\n" + node(A) + node(B) + last);
    member.follow("b", 3, true);
    assertThat(line("CLUSTER SLOTS"))
        .isEqualTo("*2\r\n*4\r\n:0\r\n:99\r\n" + node(B) + node(A) + last);
  }

  @Test
  void shouldTellInLinesWhoFollowsWhom() {
    member.follow("a", 2, true);
    assertThat(line("CLUSTER NODES"))
        .contains(
            A.id() + " 10.0.0.1:7001@0 master - 0 0 2 connected 0-99\n",
            B.id() + " 10.0.0.2:7002@0 myself,slave " + A.id() + " 0 0 2 connected\n",
            C.id() + " 10.0.0.3:7003@0 master - 0 0 1 connected 100-199\n");
    assertThat(line("CLUSTER REPLICAS " + A.id()))
        .startsWith("*1\r\n$")
        .contains(B.id() + " 10.0.0.2:7002@0 myself,slave " + A.id());
    assertThat(line("CLUSTER REPLICAS " + C.id())).isEqualTo("*0\r\n");
    member.follow("b", 3, true);
    assertThat(line("CLUSTER NODES"))
        .contains(
            A.id() + " 10.0.0.1:7001@0 slave " + B.id() + " 0 0 3 connected\n",
            B.id() + " 10.0.0.2:7002@0 myself,master - 0 0 3 connected 0-99\n");
    assertThat(line("CLUSTER REPLICAS " + A.id())).isEqualTo("*0\r\n");
  }

  @Test
  void shouldTellTheEpochOfEachShardAndTheGreatest() {
    ClusterNode d = new ClusterNode("d", "10.0.0.4", 7004, List.of(), "c");
    ClusterMap file = new ClusterMap(1, List.of(A, B, C, d));
    ClusterMember ofTwo = new ClusterMember("b", file);
    try (SessionHarness other = SessionHarness.of(ofTwo)) {
      ofTwo.follow("a", 5, true);
      assertThat(other.call("CLUSTER", "INFO"))
          .contains("cluster_current_epoch:5\r\n", "cluster_my_epoch:5\r\n");
      assertThat(ofTwo.replace(file.withMaster("d", 9))).isTrue();
      assertThat(other.call("CLUSTER", "INFO"))
          .contains("cluster_current_epoch:9\r\n", "cluster_my_epoch:5\r\n");
      assertThat(other.call("CLUSTER", "NODES"))
          .contains(
              A.id() + " 10.0.0.1:7001@0 master - 0 0 5 connected 0-99\n",
              C.id() + " 10.0.0.3:7003@0 slave " + d.id() + " 0 0 9 connected\n",
              d.id() + " 10.0.0.4:7004@0 master - 0 0 9 connected 100-199\n");
      String key =
          IntStream.iterate(0, i -> i + 1)
              .mapToObj(i -> "key" + i)
              .filter(each -> file.ownerIndex(KeySlot.of(Slice.of(each))) == 2)
              .findFirst()
              .orElseThrow();
      assertThat(other.call("GET", key)).startsWith("-MOVED ").endsWith(" 10.0.0.4:7004\r\n");
    }
  }

  @Test
  void shouldBeNoMasterBeforeItServes() {
    member.follow("b", 2, false);
    assertThat(line("ROLE")).startsWith("*5\r\n$5\r\nslave\r\n").contains("connect\r\n");
    member.follow("b", 2, true);
    assertThat(line("ROLE")).startsWith("*3\r\n$6\r\nmaster\r\n");
  }

  @Test
  void shouldRefuseAnExecWithoutATransactionWhereverItIsSent() {
    member.follow("a", 2, true);
    assertThat(line("EXEC")).isEqualTo("-ERR EXEC without MULTI\r\n");
  }

  @Test
  void shouldTellOfAShardWithItsRoles() {
    member.follow("b", 2, true);
    String shards = line("CLUSTER SHARDS");
    assertThat(shards).startsWith("*2\r\n").contains("$6\r\nmaster\r\n", "$7\r\nreplica\r\n");
    assertThat(shards.indexOf(B.id())).isLessThan(shards.indexOf(A.id()));
    assertThat(line("CLUSTER MYSHARDID")).isEqualTo("$40\r\n" + A.shardId() + "\r\n");
    assertThat(line("ROLE")).startsWith("*3\r\n$6\r\nmaster\r\n");
    assertThat(line("CLUSTER INFO")).contains("cluster_state:ok", "cluster_size:2\r\n");
    member.follow("a", 3, true);
    assertThat(line("ROLE")).startsWith("*5\r\n$5\r\nslave\r\n$8\r\n10.0.0.1\r\n:7001\r\n");
  }
}
