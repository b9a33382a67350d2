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
 * cluster_moved0:slots=100-199 7000,shard=b,epoch=1
 * </pre>
 *
 * <p>The first line is the greatest epoch. Those behind the nodes are there if it is not that of
 * the file: a shard that none of them names has the file's. Who does not know them finds the map as
 * it was told before there were several shards with replicas. The digest is that of the file,
 * whoever of a shard has joined or left since. The slots of a node are those that the file gives to
 * its shard, and the last lines say which of them have moved since.
 */
public final class MapLines {

  private static final String EPOCH = "cluster_epoch";
  private static final String DIGEST = "cluster_digest";
  private static final String MYSELF = "cluster_myself";
  private static final String NODE = "cluster_node";
  private static final String FILE_EPOCH = "cluster_file_epoch";
  private static final String SHARD_EPOCH = "cluster_shard";
  private static final String MOVED = "cluster_moved";

  private static final Pattern NODE_VALUE =
      Pattern.compile("name=([^,]*),host=([^,]*),port=(\\d{1,5}),slots=([^,]*)(?:,shard=([^,]*))?");

  private static final Pattern SHARD_VALUE = Pattern.compile("name=([^,]*),epoch=(\\d{1,19})");

  private static final Pattern MOVED_VALUE =
      Pattern.compile("slots=([^,]*),shard=([^,]*),epoch=(\\d{1,19})");

  /** Slots that have moved to a shard. */
  private record Moved(List<SlotRange> slots, String shard, long epoch) {}

  private MapLines() {}

  /** The lines of a node of a name. */
  public static Map<String, String> of(String node, ClusterMap map) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(EPOCH, Long.toString(map.currentEpoch()));
    lines.put(DIGEST, map.digest());
    lines.put(MYSELF, node);
    for (int i = 0; i < map.nodes().size(); i++) {
      lines.put(NODE + i, value(map.nodes().get(i), map.slotsOfFileAt(i)));
    }
    if (map.currentEpoch() > map.epoch()) {
      lines.put(FILE_EPOCH, Long.toString(map.epoch()));
      addEpochs(map, lines);
    }
    if (map.hasMoves()) {
      addMoves(map, lines);
    }
    return lines;
  }

  private static void addMoves(ClusterMap map, Map<String, String> lines) {
    Map<SlotMoves.Owner, List<SlotRange>> slots = new LinkedHashMap<>();
    for (int slot = 0; slot < KeySlot.COUNT; slot++) {
      ClusterNode owner = map.ownerOf(slot);
      if (owner != null && map.slotEpoch(slot) > 0) {
        slots
            .computeIfAbsent(
                new SlotMoves.Owner(owner.shard(), map.slotEpoch(slot)), _ -> new ArrayList<>())
            .add(new SlotRange(slot, slot));
      }
    }
    int line = 0;
    for (Map.Entry<SlotMoves.Owner, List<SlotRange>> each : slots.entrySet()) {
      String value =
          "slots=%s,shard=%s,epoch=%s"
              .formatted(
                  text(SlotRange.joined(each.getValue())),
                  each.getKey().shard(),
                  each.getKey().epoch());
      lines.put(MOVED + line, value);
      line++;
    }
  }

  /** With spaces, for commas are between the parts of a line. */
  private static String text(List<SlotRange> slots) {
    return slots.stream().map(SlotRange::toString).collect(Collectors.joining(" "));
  }

  private static List<SlotRange> slots(String text) {
    return SlotRange.parseAll(text.replace(' ', ','));
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

  private static String value(ClusterNode node, List<SlotRange> slots) {
    String shard = node.shard().equals(node.name()) ? "" : ",shard=" + node.shard();
    return "name=%s,host=%s,port=%s,slots=%s%s"
        .formatted(node.name(), node.host(), node.port(), text(slots), shard);
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
    List<Moved> moves = new ArrayList<>();
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
      } else if (name.equals(MOVED + moves.size())) {
        moves.add(moved(line, value));
      }
    }
    if (greatest == 0) {
      return null;
    }
    ClusterMap map = new ClusterMap(ofFile == 0 ? greatest : ofFile, nodes).withEpochs(ofShards);
    map = digest.isEmpty() ? map : map.ofFile(digest);
    for (Moved each : moves) {
      map = map.withSlots(each.slots(), each.shard(), each.epoch());
    }
    return map;
  }

  private static Moved moved(String line, String value) {
    Matcher matcher = MOVED_VALUE.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + line + "\" says of no slots that they moved");
    }
    return new Moved(slots(matcher.group(1)), matcher.group(2), Long.parseLong(matcher.group(3)));
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
        slots(matcher.group(4)),
        Objects.requireNonNullElse(matcher.group(5), matcher.group(1)));
  }
}
