// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.HashMap;
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
 * cluster_epoch:10
 * cluster_digest:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c
 * cluster_myself:a
 * cluster_node0:name=a,host=10.0.0.1,port=3994,slots=0-5460 7000
 * cluster_node1:name=b,host=10.0.0.2,port=3994,slots=,shard=a
 * cluster_file_epoch:1
 * cluster_shard0:name=a,epoch=10
 * </pre>
 *
 * <p>The first line is the greatest epoch. The last ones are there if it is not that of the file: a
 * shard that none of them names has the file's. Who does not know them finds the map as it was told
 * before there were several shards with replicas. The digest is that of the file, whoever of a
 * shard has joined or left since.
 */
public final class MapLines {

  private static final String EPOCH = "cluster_epoch";
  private static final String DIGEST = "cluster_digest";
  private static final String MYSELF = "cluster_myself";
  private static final String NODE = "cluster_node";
  private static final String FILE_EPOCH = "cluster_file_epoch";
  private static final String SHARD_EPOCH = "cluster_shard";

  private static final Pattern NODE_VALUE =
      Pattern.compile("name=([^,]*),host=([^,]*),port=(\\d{1,5}),slots=([^,]*)(?:,shard=([^,]*))?");

  private static final Pattern SHARD_VALUE = Pattern.compile("name=([^,]*),epoch=(\\d{1,19})");

  private MapLines() {}

  /** The lines of a node of a name. */
  public static Map<String, String> of(String node, ClusterMap map) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(EPOCH, Long.toString(map.currentEpoch()));
    lines.put(DIGEST, map.digest());
    lines.put(MYSELF, node);
    for (int i = 0; i < map.nodes().size(); i++) {
      lines.put(NODE + i, value(map.nodes().get(i)));
    }
    if (map.currentEpoch() > map.epoch()) {
      lines.put(FILE_EPOCH, Long.toString(map.epoch()));
      addEpochs(map, lines);
    }
    return lines;
  }

  private static void addEpochs(ClusterMap map, Map<String, String> lines) {
    int shard = 0;
    for (int i = 0; i < map.nodes().size(); i++) {
      if (map.masterIndex(i) == i && map.epochAt(i) > map.epoch()) {
        String name = map.nodes().get(i).shard();
        lines.put(SHARD_EPOCH + shard, "name=%s,epoch=%s".formatted(name, map.epochAt(i)));
        shard++;
      }
    }
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
    long greatest = 0;
    long ofFile = 0;
    List<ClusterNode> nodes = new ArrayList<>();
    Map<String, Long> ofShards = new HashMap<>();
    String digest = "";
    for (String line : information.split("\r?\n", -1)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, Math.max(0, colon));
      String value = line.substring(colon + 1);
      if (name.equals(EPOCH)) {
        greatest = Long.parseLong(value);
      } else if (name.equals(FILE_EPOCH)) {
        ofFile = Long.parseLong(value);
      } else if (name.equals(DIGEST)) {
        digest = value;
      } else if (name.equals(NODE + nodes.size())) {
        nodes.add(node(line, value));
      } else if (name.equals(SHARD_EPOCH + ofShards.size())) {
        addEpoch(line, value, ofShards);
      }
    }
    if (greatest == 0) {
      return null;
    }
    ClusterMap map = new ClusterMap(ofFile == 0 ? greatest : ofFile, nodes).withEpochs(ofShards);
    return digest.isEmpty() ? map : map.ofFile(digest);
  }

  private static void addEpoch(String line, String value, Map<String, Long> ofShards) {
    Matcher matcher = SHARD_VALUE.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + line + "\" is no shard of a cluster");
    }
    ofShards.put(matcher.group(1), Long.parseLong(matcher.group(2)));
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
