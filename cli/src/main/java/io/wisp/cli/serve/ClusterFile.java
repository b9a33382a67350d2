// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file that names the nodes of a cluster, in JSON:
 *
 * <pre>
 * {"epoch": 1, "nodes": [
 *   {"name": "a", "host": "10.0.0.1", "port": 3994, "slots": "0-8191"},
 *   {"name": "b", "host": "10.0.0.2", "port": 3994, "slots": "8192-16383"}
 * ]}
 *
 * {"nodes": [
 *   {"name": "a", "host": "10.0.0.1", "port": 3994, "slots": "0-16383", "replicas": [
 *     {"name": "b", "host": "10.0.0.2", "port": 3994},
 *     {"name": "c", "host": "10.0.0.3", "port": 3994}]}
 * ]}
 * </pre>
 *
 * <p>A node and its replicas are a shard, which the node gives its name; who of them is the master
 * turns out while they run. Other nodes of the same file may have replicas too, or none.
 *
 * <p>The epoch is greater for a later file of the same cluster, and 1 where it is left out.
 */
final class ClusterFile {

  private static final int MAX_BYTES = 1 << 20;

  private static final long FIRST_EPOCH = 1;
  private static final String EPOCH = "epoch";

  private static final Set<String> FIELDS = Set.of("nodes");
  private static final String REPLICAS = "replicas";
  private static final Set<String> NODE_FIELDS = Set.of("name", "host", "port", "slots");
  private static final Set<String> REPLICA_FIELDS = Set.of("name", "host", "port");

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;

  private ClusterFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws UserError if it cannot be read, or is not such a file; it says where and why
   */
  static ClusterMap read(Path file) {
    return new ClusterFile(file).map();
  }

  private ClusterMap map() {
    JsonNode root = root();
    requireFields("", root, FIELDS, Set.of(EPOCH));
    JsonNode list = root.get("nodes");
    if (!list.isArray()) {
      throw wrong("nodes", "is no list of nodes", null);
    }
    List<ClusterNode> nodes = new ArrayList<>();
    int index = 0;
    for (JsonNode node : list) {
      addShard("nodes[" + index++ + "]", node, nodes);
    }
    long epoch = epoch(root.get(EPOCH));
    ClusterMap map;
    try {
      map = new ClusterMap(epoch, nodes);
    } catch (IllegalArgumentException e) {
      throw wrong("nodes", String.valueOf(e.getMessage()), e);
    }
    if (map.assignedSlots() == 0) {
      throw wrong("nodes", "have no slot, and a cluster has one at least", null);
    }
    return map;
  }

  private long epoch(@Nullable JsonNode epoch) {
    if (epoch == null) {
      return FIRST_EPOCH;
    }
    if (!epoch.canConvertToLong() || !epoch.isIntegralNumber() || epoch.longValue() < FIRST_EPOCH) {
      throw wrong(EPOCH, "is no whole number from 1 to " + Long.MAX_VALUE, null);
    }
    return epoch.longValue();
  }

  private JsonNode root() {
    byte[] bytes;
    try (InputStream input = Files.newInputStream(file)) {
      bytes = input.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw UserError.failure("--cluster " + file + ": there is no such file");
    } catch (IOException e) {
      throw UserError.failure("--cluster " + file + " cannot be read: " + e.getMessage());
    }
    if (bytes.length > MAX_BYTES) {
      throw UserError.failure(
          "--cluster %s has more than %s bytes, and that is the most".formatted(file, MAX_BYTES));
    }
    try {
      return MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw UserError.failure(
          "--cluster %s, line %s, column %s: %s"
              .formatted(
                  file,
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr(),
                  e.getOriginalMessage()));
    }
  }

  /** Adds a node and its replicas. */
  private void addShard(String path, JsonNode node, List<ClusterNode> nodes) {
    requireFields(path, node, NODE_FIELDS, Set.of(REPLICAS));
    List<SlotRange> slots;
    try {
      slots = SlotRange.parseAll(text(path, node, "slots"));
    } catch (IllegalArgumentException e) {
      throw wrong(path + ".slots", String.valueOf(e.getMessage()), e);
    }
    ClusterNode first = node(path, node, slots, text(path, node, "name"));
    nodes.add(first);
    JsonNode replicas = node.get(REPLICAS);
    if (replicas == null) {
      return;
    }
    String list = path + "." + REPLICAS;
    if (!replicas.isArray()) {
      throw wrong(list, "is no list of nodes", null);
    }
    int index = 0;
    for (JsonNode replica : replicas) {
      String each = list + "[" + index++ + "]";
      requireFields(each, replica, REPLICA_FIELDS, Set.of());
      nodes.add(node(each, replica, List.of(), first.shard()));
    }
  }

  private ClusterNode node(String path, JsonNode node, List<SlotRange> slots, String shard) {
    String name = text(path, node, "name");
    String host = text(path, node, "host");
    JsonNode port = node.get("port");
    if (!port.isInt()) {
      throw wrong(path + ".port", "is no whole number from 1 to 65535", null);
    }
    try {
      return new ClusterNode(name, host, port.intValue(), slots, shard);
    } catch (IllegalArgumentException e) {
      throw wrong(path, String.valueOf(e.getMessage()), e);
    }
  }

  private String text(String path, JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (!value.isString()) {
      throw wrong(path + "." + field, "is no text in double quotes", null);
    }
    return value.stringValue();
  }

  /** Sees to it that an object has the fields that are wanted, and no others but the optional. */
  private void requireFields(String path, JsonNode node, Set<String> wanted, Set<String> optional) {
    Set<String> possible = new TreeSet<>(wanted);
    possible.addAll(optional);
    String fields = "the fields " + String.join(", ", possible);
    if (!node.isObject()) {
      throw wrong(path, "is no object with " + fields, null);
    }
    Collection<String> there = node.propertyNames();
    for (String field : there) {
      if (!possible.contains(field)) {
        throw wrong(path, "has the field \"" + field + "\", and there are only " + fields, null);
      }
    }
    for (String field : wanted) {
      if (!there.contains(field)) {
        throw wrong(path, "has no field \"" + field + "\"", null);
      }
    }
  }

  private UserError wrong(String path, String what, @Nullable Throwable cause) {
    UserError error =
        UserError.failure(
            "--cluster %s: %s%s"
                .formatted(
                    file, path.isEmpty() ? "it " : path + (cause == null ? " " : ": "), what));
    if (cause != null) {
      error.initCause(cause);
    }
    return error;
  }
}
