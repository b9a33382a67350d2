// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.transport.tcp.RespPeer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether COMMAND DOCS tells of the arguments of commands what Redis tells. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommandDocsDifferentialTest {

  /** What Redis 7.0 does not take, or does not tell of. */
  private static final Set<String> OWN =
      Set.of(
          "set condition/comparison-value type=string token=IFEQ",
          "command|getkeys command type=string",
          "command|getkeys arg type=string flags=multiple");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"2", "3"})
  void shouldTellOfTheSameArguments(String protocol) throws Exception {
    try (RedisServer redis = RedisServer.start(folder)) {
      assumeTrue(redis != null, "no redis-server here; it is in the Debian package redis-tools");
      try (RunningServer wisp = new RunningServer();
          RespPeer theirs = new RespPeer(redis.address());
          RespPeer ours =
              new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), wisp.port()))) {
        SortedMap<String, List<String>> our = documented(ours, protocol);
        SortedMap<String, List<String>> their = documented(theirs, protocol);
        our.keySet().retainAll(their.keySet());
        their.keySet().retainAll(our.keySet());
        assertThat(our).hasSizeGreaterThan(100).containsKeys("set", "client|kill");
        List<String> lines = lines(our);
        assertThat(lines).containsAll(OWN);
        lines.removeAll(OWN);
        assertThat(lines).containsExactlyElementsOf(lines(their));
      }
    }
  }

  @Test
  void shouldTellOfOneSubcommand() throws Exception {
    try (RedisServer redis = RedisServer.start(folder)) {
      assumeTrue(redis != null, "no redis-server here; it is in the Debian package redis-tools");
      try (RunningServer wisp = new RunningServer();
          RespPeer theirs = new RespPeer(redis.address());
          RespPeer ours =
              new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), wisp.port()))) {
        List<String> request = List.of("COMMAND", "DOCS", "Config|GET", "config|", "get|x", "none");
        SortedMap<String, List<String>> our = new TreeMap<>();
        SortedMap<String, List<String>> their = new TreeMap<>();
        note(ours.call(request), our);
        note(theirs.call(request), their);
        assertThat(our).containsOnlyKeys("config|get").isEqualTo(their);
        assertThat(ours.call("COMMAND", "INFO", "config|get", "config|x").elements())
            .hasSize(2)
            .last()
            .isEqualTo(Reply.NIL);
      }
    }
  }

  /** The arguments of each command and subcommand, a line each, in their order. */
  private static SortedMap<String, List<String>> documented(RespPeer peer, String protocol)
      throws IOException {
    assertThat(peer.call("HELLO", protocol).isError()).isFalse();
    SortedMap<String, List<String>> commands = new TreeMap<>();
    note(peer.call("COMMAND", "DOCS"), commands);
    return commands;
  }

  private static void note(Reply docs, SortedMap<String, List<String>> commands) {
    fields(docs)
        .forEach(
            (name, doc) -> {
              List<String> arguments = new ArrayList<>();
              append(fields(doc).get("arguments"), "", arguments);
              commands.put(name, arguments);
              Reply subcommands = fields(doc).get("subcommands");
              if (subcommands != null) {
                note(subcommands, commands);
              }
            });
  }

  private static void append(@Nullable Reply arguments, String above, List<String> lines) {
    if (arguments == null) {
      return;
    }
    for (Reply argument : arguments.elements()) {
      Map<String, Reply> fields = fields(argument);
      StringBuilder line = new StringBuilder(above);
      for (String field : List.of("name", "type", "key_spec_index", "token", "flags")) {
        Reply value = fields.get(field);
        if (value != null) {
          line.append(field.equals("name") ? "" : " " + field + "=").append(text(value));
        }
      }
      lines.add(line.toString());
      append(fields.get("arguments"), line.substring(0, line.indexOf(" ")) + "/", lines);
    }
  }

  private static String text(Reply reply) {
    return reply.elements().isEmpty()
        ? reply.text()
        : String.join(",", reply.elements().stream().map(Reply::text).toList());
  }

  private static Map<String, Reply> fields(Reply map) {
    Map<String, Reply> fields = new LinkedHashMap<>();
    for (int i = 0; i < map.elements().size(); i += 2) {
      fields.put(map.elements().get(i).text(), map.elements().get(i + 1));
    }
    return fields;
  }

  private static List<String> lines(SortedMap<String, List<String>> commands) {
    List<String> lines = new ArrayList<>();
    commands.forEach(
        (name, arguments) -> arguments.forEach(argument -> lines.add(name + " " + argument)));
    return lines;
  }
}
