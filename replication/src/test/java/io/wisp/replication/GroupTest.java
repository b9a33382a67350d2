// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupTest {

  private static final ClusterNode A =
      new ClusterNode("a", "fe80::1", 3994, SlotRange.parseAll("0-5,9"), "a");
  private static final ClusterNode B = new ClusterNode("b", "host-b", 3995, List.of(), "a");
  private static final ClusterNode C = new ClusterNode("c", "10.0.0.3", 3996, List.of(), "a");

  private static Group of(String self, ClusterNode... nodes) throws IOException {
    return Group.of(new ClusterMember(self, new ClusterMap(7, List.of(nodes))));
  }

  @Test
  void shouldKnowWithWhomItBeganWhateverTheFileSaysLater() throws Exception {
    Group founders = of("a", A, B);
    Group later = of("a", A, B, C);
    String kept = founders.toString();
    assertThat(later.isOfShard(kept)).isTrue();
    assertThat(later.begunAs(kept).toRaft(founders.id())).isEqualTo(founders.toRaft(founders.id()));
    assertThat(later.begunAs(kept).members())
        .extracting(ClusterNode::toString)
        .containsExactly("a at fe80::1:3994", "b at host-b:3995");
    assertThat(later.begunAs(kept).port()).isEqualTo(13_994);
  }

  @Test
  void shouldBeginWithNobodyForWhoComesLater() throws Exception {
    Group newcomer = of("c", A, B, C).ofNewcomer();
    assertThat(newcomer.isOfShard(newcomer.toString())).isTrue();
    assertThat(of("c", A, B, C).begunAs(newcomer.toString()).members()).isEmpty();
    assertThat(newcomer.port()).isEqualTo(13_996);
  }

  @Test
  void shouldNotBeOfAShardWithOtherSlots() throws Exception {
    ClusterNode other = new ClusterNode("a", "fe80::1", 3994, SlotRange.parseAll("0-5"), "a");
    assertThat(of("a", other, B).isOfShard(of("a", A, B).toString())).isFalse();
  }

  @Test
  void shouldFindTheNodeOfAMember() throws Exception {
    Group group = of("a", A, B);
    ClusterNode found = group.node(Group.peer("a#0123abcd", A));
    assertThat(found.toString()).isEqualTo(A.toString());
    assertThat(found.shard()).isEqualTo("a");
    assertThat(group.node(Group.peer("b", B)).toString()).isEqualTo(B.toString());
  }
}
