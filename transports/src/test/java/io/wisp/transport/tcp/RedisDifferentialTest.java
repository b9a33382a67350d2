// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.tcp.RandomCommands.Request;
import io.wisp.transport.tcp.RespPeer.Reply;
import io.wisp.transport.tcp.command.Commands;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisDifferentialTest {

  private static final int REQUESTS_IN_EACH_PROTOCOL = 100;
  private static final int MOST_DIFFERENCES = 10;

  /** Servers read their clocks at different times; expiries are much further away. */
  private static final long CLOCKS_APART_MILLIS = 600_000;

  @TempDir Path folder;

  @Test
  void shouldAnswerRandomCommandsAsRedisDoes() throws Exception {
    compareSessions(100);
  }

  @Test
  @Tag("long")
  void shouldAnswerManyMoreRandomCommandsAsRedisDoes() throws Exception {
    compareSessions(10_000);
  }

  @Test
  void shouldDrawRequestsOfEveryCommandThatIsClaimed() {
    Set<String> claimed = new TreeSet<>();
    Commands.table().all().forEach(command -> claimed.add(command.name()));
    claimed.remove("quit");
    assertThat(new RandomCommands(new Random(1)).names())
        .containsExactlyInAnyOrderElementsOf(claimed);
  }

  /** Whether it has expired would depend on the time between two replies. */
  @Test
  void shouldDrawNoExpiryThatPassesDuringASession() {
    RandomCommands commands = new RandomCommands(new Random(1));
    for (int i = 0; i < 200_000; i++) {
      List<String> words = commands.next().words();
      for (int j = 1; j + 1 < words.size(); j++) {
        if (Set.of("EX", "PX").contains(words.get(j).toUpperCase(Locale.ROOT))) {
          assertThat(words.get(j + 1)).as("%s", words).doesNotMatch("[1-9][0-9]{0,4}");
        }
      }
    }
  }

  @Test
  void shouldDocumentEveryDifference() throws Exception {
    try (Stream<String> lines = Files.lines(Path.of("REDIS.md"))) {
      assertThat(lines.filter(line -> line.startsWith("- ")).map(line -> line.substring(2)))
          .containsExactlyElementsOf(
              Arrays.stream(RedisDifference.values()).map(RedisDifference::text).toList());
    }
  }

  private void compareSessions(int sessions) throws Exception {
    long seed = new Random().nextLong();
    List<String> differences = new ArrayList<>();
    try (RedisServer redis = RedisServer.start(folder);
        RunningServer wisp = new RunningServer(CuckooStore.open(64 << 20))) {
      assumeTrue(redis != null, "no redis-server here; it is in the Debian package redis-tools");
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), wisp.port());
      for (int i = 0; i < sessions && differences.size() < MOST_DIFFERENCES; i++) {
        try (RespPeer ours = new RespPeer(address);
            RespPeer theirs = new RespPeer(redis.address())) {
          String difference = compare(ours, theirs, new RandomCommands(new Random(seed + i)));
          if (difference != null) {
            differences.add("seed " + (seed + i) + difference);
          }
        }
      }
    }
    assertThat(differences).as(() -> String.join("\n", differences)).isEmpty();
  }

  /** The first difference of a session, and what came before it; or null. */
  private static @Nullable String compare(RespPeer ours, RespPeer theirs, RandomCommands commands)
      throws Exception {
    StringBuilder sent = new StringBuilder();
    for (String protocol : List.of("2", "3")) {
      for (RespPeer peer : List.of(ours, theirs)) {
        assertThat(peer.call("hello", protocol).isError()).isFalse();
        assertThat(peer.call("flushall").text()).isEqualTo("OK");
      }
      for (int i = 0; i < REQUESTS_IN_EACH_PROTOCOL; i++) {
        Request request = commands.next();
        sent.append("\n  ").append(printable(request.words()));
        Reply our = ours.call(request.words());
        Reply their = theirs.call(request.words());
        if (!isSame(request, our, their) && !RedisDifference.explain(request, our, their)) {
          return sent
              + "\n  Wisp: "
              + printable(List.of(our.toString()))
              + "\n  Redis: "
              + printable(List.of(their.toString()));
        }
      }
    }
    return null;
  }

  private static boolean isSame(Request request, Reply our, Reply their) {
    if (our.isError() || their.isError()) {
      return our.equals(their);
    }
    return switch (request.comparison()) {
      case EXACT -> our.equals(their);
      case TYPE -> our.type() == their.type();
      case SET -> our.type() == their.type() && leaves(our).equals(leaves(their));
      case NAMES -> our.type() == their.type() && names(our).equals(names(their));
      case TIME ->
          our.type() == their.type() && Math.abs(number(our) - number(their)) < CLOCKS_APART_MILLIS;
    };
  }

  private static Set<String> leaves(Reply reply) {
    Set<String> leaves = new TreeSet<>();
    reply
        .elements()
        .forEach(
            element -> {
              leaves.addAll(leaves(element));
              leaves.add(element.type() + element.text());
            });
    return leaves;
  }

  private static List<String> names(Reply map) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < map.elements().size(); i += 2) {
      names.add(map.elements().get(i).text());
    }
    return names;
  }

  private static long number(Reply reply) {
    return Long.parseLong(reply.text());
  }

  private static String printable(List<String> words) {
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      for (byte b : word.getBytes(ISO_8859_1)) {
        text.append(
            b > ' ' && b < 127 ? "" + (char) b : String.format(Locale.ROOT, "\\x%02x", b & 0xff));
      }
      text.append(word.isEmpty() ? "'' " : " ");
    }
    return text.toString();
  }
}
