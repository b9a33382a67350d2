// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClusterWarningsTest {

  private static final List<Transport> ALL =
      Stream.of("tcp", "zmq", "rdma", "shm").map(Transports::named).toList();

  private static ClusterMember member(ClusterNode... nodes) {
    return new ClusterMember("a", new ClusterMap(1, List.of(nodes)));
  }

  private static ClusterNode node(String name, String host, int port) {
    return new ClusterNode(name, host, port, List.of());
  }

  private static List<String> warnings(ClusterMember member, List<Transport> transports) {
    return ClusterWarnings.of(member, new Endpoint(member.node().host(), 7000), transports);
  }

  @Test
  void shouldWarnOfNodesWhosePortsOverlap() {
    ClusterMember near =
        member(
            node("a", "10.0.0.1", 7000),
            node("b", "10.0.0.1", 7003),
            node("c", "10.0.0.1", 7004),
            node("d", "10.0.0.2", 7001));
    assertThat(warnings(near, ALL))
        .singleElement()
        .asString()
        .contains("nodes a and b have ports of one machine that are 3 apart", "leave 4 between");
    assertThat(warnings(near, ALL.subList(0, 1))).isEmpty();
  }

  @Test
  void shouldWarnOfANameThatOnlyThisMachineReaches() {
    ClusterMember named = member(node("a", "localhost", 7000), node("b", "10.0.0.2", 7000));
    assertThat(warnings(named, ALL))
        .singleElement()
        .asString()
        .startsWith("localhost is this machine's own name for itself")
        .contains("--host, as 0.0.0.0 for all");
    assertThat(ClusterWarnings.of(named, new Endpoint("0.0.0.0", 7000), ALL)).isEmpty();
    assertThat(warnings(member(node("a", "127.0.0.1", 7000), node("b", "h", 7000)), ALL)).isEmpty();
    assertThat(warnings(member(node("a", "localhost", 7000)), ALL)).isEmpty();
  }
}
