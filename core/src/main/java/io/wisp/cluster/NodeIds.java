// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.List;

/** As {@link ClusterNode#id} of each node: a digest each, taken once as long as nodes stay. */
record NodeIds(List<ClusterNode> nodes, List<String> ids) {

  static NodeIds of(List<ClusterNode> nodes) {
    return new NodeIds(List.copyOf(nodes), nodes.stream().map(ClusterNode::id).toList());
  }

  /** Those of nodes which are usually the same. */
  NodeIds after(List<ClusterNode> others) {
    boolean same = others.size() == nodes.size();
    for (int i = 0; same && i < nodes.size(); i++) {
      same = others.get(i).name().equals(nodes.get(i).name());
    }
    return same ? this : of(others);
  }
}
