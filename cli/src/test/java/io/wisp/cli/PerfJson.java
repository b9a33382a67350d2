// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Result files of the perf client, held against the schema of their version. */
final class PerfJson {

  private static final Path SCHEMAS = Path.of("..", "results", "schemas");
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private PerfJson() {}

  /** Reads a file, which must follow its schema. */
  static JsonNode read(Path file) {
    JsonNode root = JsonMapper.shared().readTree(file.toFile());
    assertThat(faults(root)).as("%s by its schema", file).isEmpty();
    return root;
  }

  /** What the schema of its version finds wrong with a result. */
  static List<Error> faults(JsonNode root) {
    int version = root.get("formatVersion").asInt();
    Path file = SCHEMAS.resolve("wisp-perf-" + version + ".schema.json");
    Schema schema = REGISTRY.getSchema(JsonMapper.shared().readTree(file.toFile()));
    return schema.validate(root);
  }
}
