// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's map among the lines of {@code name:value} that a server says of itself, whatever the
 * transport:
 *
 * <pre>
 * cluster_epoch:1
 * cluster_digest:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c
 * cluster_myself:a
 * cluster_node0:name=a,host=10.0.0.1,port=3994,slots=0-5460 7000
 * cluster_node1:name=b,host=10.0.0.2,port=3994,slots=,shard=a
 * </pre>
 */
public final class MapLines {

  private static final String EPOCH = "cluster_epoch";
  private static final String DIGEST = "cluster_digest";
  private static final String MYSELF = "cluster_myself";
  private static final String NODE = "cluster_node";

  private static final Pattern NODE_VALUE =
      Pattern.compile("name=([^,]*),host=([^,]*),port=(\\d{1,5}),slots=([^,]*)(?:,shard=([^,]*))?");

  private MapLines() {}

  /** The lines of a node. */
  public static Map<String, String> of(ClusterMember member) {
    Map<String, String> lines = new LinkedHashMap<>();
    ClusterMap map = member.map();
    lines.put(EPOCH, Long.toString(map.epoch()));
    lines.put(DIGEST, map.digest());
    lines.put(MYSELF, member.node().name());
    for (int i = 0; i < map.nodes().size(); i++) {
      lines.put(NODE + i, value(map.nodes().get(i)));
    }
    return lines;
  }

  private static String value(ClusterNode node) {
    String slots = node.slots().stream().map(SlotRange::toString).collect(Collectors.joining(" "));
    String shard = node.shard().equals(node.name()) ? "" : ",shard=" + node.shard();
    return "name=%s,host=%s,port=%s,slots=%s%s"
        .formatted(node.name(), node.host(), node.port(), slots, shard);
  }

  /**
   * Reads the map out of all that a server said.
   *
   * @return null if there is none, since the server is in no cluster
   * @throws IllegalArgumentException if the lines are no map; the message says why
   */
  public static @Nullable ClusterMap read(String information) {
    long epoch = 0;
    List<ClusterNode> nodes = new ArrayList<>();
    for (String line : information.split("\r?\n", -1)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, Math.max(0, colon));
      String value = line.substring(colon + 1);
      if (name.equals(EPOCH)) {
        epoch = Long.parseLong(value);
      } else if (name.equals(NODE + nodes.size())) {
        nodes.add(node(line, value));
      }
    }
    return epoch == 0 ? null : new ClusterMap(epoch, nodes);
  }

  /** The name of the node that said all that; empty if it is in no cluster. */
  public static String nameIn(String information) {
    return information
        .lines()
        .filter(line -> line.startsWith(MYSELF + ":"))
        .map(line -> line.substring(MYSELF.length() + 1))
        .findFirst()
        .orElse("");
  }

  private static ClusterNode node(String line, String value) {
    Matcher matcher = NODE_VALUE.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + line + "\" is no node of a cluster");
    }
    return new ClusterNode(
        matcher.group(1),
        matcher.group(2),
        Integer.parseInt(matcher.group(3)),
        SlotRange.parseAll(matcher.group(4).replace(' ', ',')),
        Objects.requireNonNullElse(matcher.group(5), matcher.group(1)));
  }
}
