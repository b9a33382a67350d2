// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterFileTest {

  private static final String GOOD =
      """
      {"nodes": [
        {"name": "a", "host": "127.0.0.1", "port": 7000, "slots": "0-8191"},
        {"name": "b", "host": "127.0.0.1", "port": 7010, "slots": "8192-16000, 16002"},
        {"name": "c", "host": "10.0.0.3", "port": 7000, "slots": ""}
      ]}
      """;

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("nodes.json"), text);
  }

  @Test
  void shouldReadNodesAndTheirSlots() throws Exception {
    ClusterMap map = ClusterFile.read(file(GOOD));
    assertThat(map.epoch()).isEqualTo(1);
    assertThat(map.nodes()).hasSize(3);
    assertThat(map.ownerIndex(0)).isZero();
    assertThat(map.ownerIndex(16_002)).isEqualTo(1);
    assertThat(map.ownerOf(16_001)).isNull();
    assertThat(map.nodes().get(2).address()).isEqualTo("10.0.0.3:7000");
  }

  @Test
  void shouldReadReplicas() throws Exception {
    String text =
        """
        {"nodes": [{"name": "a", "host": "127.0.0.1", "port": 7000, "slots": "0-8191", "replicas": [
          {"name": "a2", "host": "h2", "port": 1}, {"name": "a3", "host": "h3", "port": 1}]}]}
        """;
    ClusterMap map = ClusterFile.read(file(text));
    assertThat(map.nodes()).hasSize(3);
    assertThat(map.shardOf(map.indexOf("a3")))
        .extracting(ClusterNode::toString)
        .containsExactly("a at 127.0.0.1:7000", "a2 at h2:1", "a3 at h3:1");
  }

  @Test
  void shouldReadSeveralNodesWithReplicasAndOthersBesideThem() throws Exception {
    String text =
        """
        {"nodes": [
          {"name": "a", "host": "h1", "port": 1, "slots": "0-99", "replicas": [
            {"name": "a2", "host": "h2", "port": 1}]},
          {"name": "b", "host": "h3", "port": 1, "slots": "100-199", "replicas": [
            {"name": "b2", "host": "h4", "port": 1}]},
          {"name": "c", "host": "h5", "port": 1, "slots": "200-16383"}]}
        """;
    ClusterMap map = ClusterFile.read(file(text));
    assertThat(map.nodes())
        .extracting(ClusterNode::name)
        .containsExactly("a", "a2", "b", "b2", "c");
    assertThat(map.nodes()).extracting(ClusterNode::shard).containsExactly("a", "a", "b", "b", "c");
    assertThat(map.shardOf(map.indexOf("b2")))
        .extracting(ClusterNode::name)
        .containsExactly("b", "b2");
    assertThat(map.shardOf(map.indexOf("c"))).extracting(ClusterNode::name).containsExactly("c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "5#nodes[0].replicas is no list of nodes",
        "[5]#nodes[0].replicas[0] is no object with the fields host, name, port",
        "[{\"name\": \"x\", \"host\": \"h\"}]#nodes[0].replicas[0] has no field \"port\"",
        "[{\"name\": \"x\", \"host\": \"h\", \"port\": 1, \"slots\": \"\"}]#nodes[0].replicas[0] has"
            + " the field \"slots\", and there are only the fields host, name, port",
        "[{\"name\": \"b\", \"host\": \"h\", \"port\": 1}]#nodes: two nodes have the name b",
      })
  void shouldSayWhereReplicasAreWrongAndWhy(String replicas, String complaint) throws Exception {
    String slots = "\"slots\": \"0-8191\"";
    Path file = file(GOOD.replace(slots, slots + ", \"replicas\": " + replicas));
    assertThatThrownBy(() -> ClusterFile.read(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void shouldReadTheEpochOfALaterFile() throws Exception {
    String later = GOOD.replace("{\"nodes\"", "{\"epoch\": 7, \"nodes\"");
    assertThat(ClusterFile.read(file(later)).epoch()).isEqualTo(7);
  }

  /** Each is the good file with one thing wrong. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "\"nodes\"#\"node\"#it has the field \"node\", and there are only the fields epoch, nodes",
        "\"port\": 7010#\"prt\": 7010#nodes[1] has the field \"prt\", and there are only the fields"
            + " host, name, port, replicas, slots",
        ", \"slots\": \"\"##nodes[2] has no field \"slots\"",
        "7010#\"7010\"#nodes[1].port is no whole number from 1 to 65535",
        "7010#7010.5#nodes[1].port is no whole number from 1 to 65535",
        "7010#99999999999#nodes[1].port is no whole number from 1 to 65535",
        "7010#70000#nodes[1]: the port 70000 is not between 1 and 65535",
        "7010#7000#nodes: two nodes are at 127.0.0.1:7000",
        "\"b\"#5#nodes[1].name is no text in double quotes",
        "\"b\"#\"b,\"#nodes[1]: the name \"b,\" is not 1 to 64 letters",
        "\"b\"#\"a\"#nodes: two nodes have the name a",
        "\"10.0.0.3\"#\"\"#nodes[2]: the host \"\" is no name or address of 1 to 255",
        "\"0-8191\"#\"0-8192\"#nodes: slot 8192 is given to a and to b, and a slot has one node",
        "\"0-8191\"#\"0-x\"#nodes[0].slots: \"0-x\" is no list of slots: write it as 0-5460",
        "16002#16384#nodes[1].slots: 16384-16384 is no range of slots from 0 to 16383",
        "]}#]#line 6, column 1:",
        "\"name\": \"b\"#\"name\": \"b\", \"name\": \"c\"#line 3, column",
        "]}#]} x#line 5, column",
      })
  void shouldSayWhereAFileIsWrongAndWhy(String what, @Nullable String instead, String complaint)
      throws Exception {
    Path file = file(GOOD.replace(what, instead == null ? "" : instead));
    assertThatThrownBy(() -> ClusterFile.read(file))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("--cluster " + file)
        .hasMessageContaining(complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "[]#it is no object with the fields epoch, nodes",
        "null#it is no object",
        "{\"nodes\": {}}#nodes is no list of nodes",
        "{\"nodes\": []}#nodes: there are 0 nodes, and a cluster has 1 to 1000",
        "{\"nodes\": [5]}#nodes[0] is no object with the fields host, name, port, replicas, slots",
        "{\"nodes\": [], \"epoch\": 0}#epoch is no whole number from 1 to 9223372036854775807",
        "{\"nodes\": [], \"epoch\": 1.5}#epoch is no whole number",
        "{\"nodes\": [], \"epoch\": \"2\"}#epoch is no whole number",
        "{\"nodes\": [], \"epoch\": 9223372036854775808}#epoch is no whole number",
        "{\"nodes\": [{\"name\": \"a\", \"host\": \"h\", \"port\": 1, \"slots\": \"\"}]}#nodes have no slot,"
            + " and a cluster has one at least",
        "``#it is no object"
      })
  void shouldSayWhatAFileIsNot(String text, String complaint) throws Exception {
    Path file = file(text);
    assertThatThrownBy(() -> ClusterFile.read(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void shouldSayThatAFileCannotBeRead() throws Exception {
    assertThatThrownBy(() -> ClusterFile.read(folder.resolve("none")))
        .hasMessage("--cluster " + folder.resolve("none") + ": there is no such file");
    assertThatThrownBy(() -> ClusterFile.read(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be read");
    Path large = file(" ".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> ClusterFile.read(large))
        .hasMessage("--cluster " + large + " has more than 1048576 bytes, and that is the most");
  }

  /** Whatever the bytes are, the user gets a sentence. */
  @Test
  void shouldSurviveAnyChangeOfAFile() throws Exception {
    Random random = new Random(5);
    for (int i = 0; i < 3_000; i++) {
      StringBuilder text = new StringBuilder(GOOD);
      for (int j = random.nextInt(4); j >= 0; j--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) (' ' + random.nextInt(96)));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, GOOD.charAt(random.nextInt(GOOD.length())));
        }
      }
      Path file = file(text.toString());
      try {
        assertThat(ClusterFile.read(file).nodes()).isNotEmpty();
      } catch (UserError e) {
        assertThat(e).hasMessageStartingWith("--cluster " + file);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a,,,a,127.0.0.1:7000",
    "c,,,c,10.0.0.3:7000",
    "c,0.0.0.0,8000,c,0.0.0.0:8000",
    ",,7010,b,127.0.0.1:7010",
    ",127.0.0.1,7000,a,127.0.0.1:7000",
    ",10.0.0.3,7000,c,10.0.0.3:7000",
    ",0.0.0.0,7010,b,0.0.0.0:7010"
  })
  void shouldFindItselfByNameOrByHostAndPort(
      @Nullable String name,
      @Nullable String host,
      @Nullable Integer port,
      String found,
      String endpoint)
      throws Exception {
    ClusterChoice choice = ClusterChoice.of(file(GOOD), name, host, port);
    assertThat(choice.member().node().name()).isEqualTo(found);
    assertThat(choice.endpoint()).isEqualTo(Endpoint.parse(endpoint));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "d###--cluster-node d: there is no such node in FILE; there are a, b, c",
        "###--cluster FILE has no node at 127.0.0.1:3994: say which one this is by --cluster-node;"
            + " there are a, b, c",
        "#0.0.0.0#7000#--cluster FILE has 2 nodes at 0.0.0.0:7000: say which",
        "#10.0.0.9#7000#--cluster FILE has no node at 10.0.0.9:7000",
        "a##0#--port 0 is any free port, and clients of a cluster go by those of --cluster FILE"
      })
  void shouldSayThatItCannotFindItself(
      @Nullable String name, @Nullable String host, @Nullable Integer port, String complaint)
      throws Exception {
    Path file = file(GOOD);
    assertThatThrownBy(() -> ClusterChoice.of(file, name, host, port))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(complaint.replace("FILE", file.toString()));
  }
}
