// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.WriteBatch;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellRunTest {

  private final RunningFakeServer server = new RunningFakeServer();

  @AfterEach
  void closeServer() {
    server.close();
  }

  private Run pipe(String... lines) {
    return shell(new Run().reading(String.join("\n", lines) + "\n"), server);
  }

  private static Run shell(Run reading, RunningFakeServer at) {
    return reading.execute("-c", at.host(), "--transport", "fake");
  }

  /** What a person at a terminal is shown. */
  private Run readable(String... lines) {
    return new Run()
        .reading(String.join("\n", lines) + "\n")
        .execute("-c", server.host(), "--transport", "fake", "--no-raw");
  }

  private Run command(String... words) {
    String[] arguments = {"-c", server.host(), "--transport", "fake"};
    return Run.of(
        Stream.concat(Arrays.stream(arguments), Arrays.stream(words)).toArray(String[]::new));
  }

  private byte @Nullable [] stored(String key) {
    return server.store().get(key.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldAnswerAsRedisCliDoes() {
    Run run = readable("put k v", "get k", "exists k k absent", "mget k absent", "del k absent");
    assertThat(run.out().lines()).containsExactly("OK", "v", "2", "v", "(nil)", "1");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void shouldSetManyKeysAtOnceOrNone() {
    Run run = pipe("mset a 1 b 2", "mset a 3 b", "mset a 3 \"\" 4", "mset a");
    assertThat(run.out().lines()).containsExactly("OK");
    assertThat(run.err().lines())
        .containsExactly(
            "(error) mset is used as: mset KEY VALUE...",
            "(error) a key has at least one byte",
            "(error) mset is used as: mset KEY VALUE...");
    assertThat(stored("a")).containsExactly('1');
    assertThat(stored("b")).containsExactly('2');
    Run large =
        pipe(
            IntStream.rangeClosed(0, WriteBatch.MAX_KEYS)
                .mapToObj(i -> "k" + i + " v")
                .collect(Collectors.joining(" ", "mset ", "")));
    assertThat(large.err())
        .contains("a batch has at most 8192 keys and 67108864 bytes, and nothing was changed");
    assertThat(server.store().size()).isEqualTo(2);
  }

  @Test
  void shouldFailButGoOnWhenAKeyIsAbsent() {
    for (String command : List.of("get k", "del k", "ttl k", "pttl k")) {
      Run run = readable(command, "put other v");
      assertThat(run.exitCode()).as(command).isEqualTo(1);
      assertThat(run.err()).isEmpty();
      assertThat(run.out().lines()).hasSize(2).last().isEqualTo("OK");
    }
    assertThat(readable("get k", "del k", "ttl k", "pttl k").out().lines())
        .containsExactly("(nil)", "0", "-2", "-2");
  }

  @Test
  void shouldShowAValueThatReadsLikeAnAbsentOneInQuotes() {
    assertThat(readable("put k (nil)", "get k").out().lines()).containsExactly("OK", "\"(nil)\"");
  }

  @Test
  void shouldGiveAProgramTheBytesThatAValueHas() {
    Run run = pipe("put k \"(nil)\\x1b[31m\\n\"", "get k", "get absent", "mget k absent k");
    assertThat(run.out())
        .isEqualTo("OK\n(nil)\u001b[31m\n\n\n(nil)\u001b[31m\n\n\n(nil)\u001b[31m\n\n");
    byte[] noText = {0, (byte) 0xff};
    server.store().put(new byte[] {(byte) 0xfe}, noText);
    assertThat(pipe("get \"\\xfe\"").outBytes()).containsExactly(0, 0xff, '\n');
    assertThat(pipe("keys \"[\\xfe]\"").outBytes()).containsExactly(0xfe, '\n');
  }

  @Test
  void shouldRefuseToShowRawAndReadableAtOnce() {
    Run run = Run.of("-c", server.host(), "--transport", "fake", "--raw", "--no-raw", "get", "k");
    assertThat(run.err()).startsWith("wisp: --raw and --no-raw say the opposite");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void shouldCount() {
    Run run =
        pipe("incr n", "incrby n 41", "decr n", "decrby n 50", "decrby n -9", "get n", "put n v");
    assertThat(run.out().lines()).containsExactly("1", "42", "41", "-9", "0", "0", "OK");
    assertThat(run.exitCode()).isZero();
    Run wrong = pipe("incr n", "incrby n 1.5", "decrby n -9223372036854775808");
    String limits = " wants a whole number from -9223372036854775807 to 9223372036854775807, not ";
    assertThat(wrong.err().lines())
        .containsExactly(
            "(error) the value is no whole number of 64 bits, or the sum would be none",
            "(error) incrby" + limits + "1.5",
            "(error) decrby" + limits + "-9223372036854775808");
    assertThat(wrong.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldShowTheKeysThatMatchAPattern() {
    pipe("put user:1 v", "put user:23 v", "put order:1 v", "put \"user:a b\" v");
    assertThat(readable("keys user:*").out().lines())
        .containsExactlyInAnyOrder("user:1", "user:23", "\"user:a b\"");
    assertThat(readable("keys *:?").out().lines()).containsExactlyInAnyOrder("user:1", "order:1");
    assertThat(readable("keys nothing*").out().lines()).containsExactly("(empty array)");
    assertThat(pipe("keys nothing*").out()).isEmpty();
    assertThat(pipe("keys " + "x".repeat(300_000)).err().lines())
        .containsExactly("(error) the pattern has 300000 bytes, and 262144 is the most");
  }

  @Test
  void shouldStoreAnyBytes() {
    Run run = readable("put \"a key\" \"\\x00\\xff\\n\"", "get \"a key\"");
    assertThat(stored("a key")).containsExactly(0, 0xff, '\n');
    assertThat(run.out().lines()).containsExactly("OK", "\"\\x00\\xff\\n\"");
  }

  @Test
  void shouldPassBytesOfAPipeThatAreNoText() {
    byte[] line = {'p', 'u', 't', ' ', 'k', ' ', (byte) 0xfe, (byte) 0xff, '\n'};
    shell(
        new Run()
            .reading(new String(line, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1),
        server);
    assertThat(stored("k")).containsExactly(0xfe, 0xff);
  }

  @Test
  void shouldStoreAnEmptyValue() {
    Run run = readable("put k \"\"", "get k");
    assertThat(run.out().lines()).containsExactly("OK", "\"\"");
  }

  @Test
  void shouldRefuseAnEmptyKeyWithTheReason() {
    Run run = pipe("put \"\" v");
    assertThat(run.err().lines()).containsExactly("(error) a key has at least one byte");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldSayWhyAPutFailsWhenMemoryIsFull() {
    try (RunningFakeServer full = new RunningFakeServer(new HeapStore(4))) {
      Run run = shell(new Run().reading("put key value\n"), full);
      assertThat(run.err().lines())
          .containsExactly("(error) the server's memory is full, and nothing was changed");
      assertThat(run.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void shouldSetValuesThatExpire() {
    Run run = pipe("set k v EX 100", "ttl k", "set k v px 100000", "pttl k", "set k v", "ttl k");
    assertThat(run.out().lines().toList())
        .satisfies(lines -> assertThat(Long.parseLong(lines.get(1))).isBetween(1L, 100L))
        .satisfies(lines -> assertThat(Long.parseLong(lines.get(3))).isBetween(101L, 100_000L))
        .last()
        .isEqualTo("-1");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void shouldSayWhatIsWrongWithACommand() {
    Run run =
        pipe(
            "frob k",
            "gett k",
            "put k",
            "get",
            "get k extra",
            "get \"k",
            "set k v EX",
            "set k v XX 1",
            "set k v EX 0",
            "set k v PX soon",
            "scan none");
    assertThat(run.err().lines())
        .containsExactly(
            "(error) frob is no command; help lists them",
            "(error) gett is no command; did you mean get? help lists them",
            "(error) put is used as: put KEY VALUE",
            "(error) get is used as: get KEY",
            "(error) get is used as: get KEY",
            "(error) the quote at column 5 is not closed",
            "(error) set is used as: set KEY VALUE [EX seconds | PX milliseconds]",
            "(error) set is used as: set KEY VALUE [EX seconds | PX milliseconds]",
            "(error) EX wants a whole number from 1 to 3153600000, not 0",
            "(error) PX wants a whole number from 1 to 3153600000000, not soon",
            "(error) scan wants a whole number from 1 to 9223372036854775807, not none");
    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldScanEveryKeyOrSoMany() {
    IntStream.range(0, 2500)
        .forEach(
            i -> server.store().put(("key " + i).getBytes(StandardCharsets.UTF_8), new byte[0]));
    assertThat(pipe("scan").out().lines()).hasSize(2500).contains("key 0", "key 2499");
    assertThat(readable("scan").out().lines()).contains("\"key 0\"");
    assertThat(pipe("scan 7").out().lines()).hasSize(7);
    assertThat(pipe("scan 1500").out().lines()).hasSize(1500).doesNotHaveDuplicates();
  }

  @Test
  void shouldSkipBlankLinesAndComments() {
    Run run = pipe("", "  # a comment \"", "#", "put k v");
    assertThat(run.out().lines()).containsExactly("OK");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void shouldStopAtQuit() {
    assertThat(pipe("put k v", "quit", "put k w").out().lines()).containsExactly("OK");
    assertThat(stored("k")).containsExactly('v');
  }

  @Test
  void shouldExecuteALastLineWithoutAnEnd() {
    Run run = shell(new Run().reading("put k v"), server);
    assertThat(run.out().lines()).containsExactly("OK");
  }

  @Test
  void shouldListEveryCommandInItsHelp() {
    assertThat(pipe("help").out())
        .contains(
            "put KEY", "get KEY", "del KEY", "set KEY", "exists KEY", "ttl KEY", "keys PATTERN")
        .contains("mget KEY...", "mset KEY VALUE...", "incr KEY", "scan [COUNT]", "info", "quit");
    assertThat(pipe("help").out().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void shouldShowWhatTheServerSaysOfItself() {
    assertThat(pipe("put k v", "info").out().lines()).containsExactly("OK", "entries:1");
  }

  @Test
  void shouldExecuteOneCommandFromTheCommandLine() {
    assertThat(command("put", "a key", "-5").out().lines()).containsExactly("OK");
    assertThat(command("get", "a key").out().lines()).containsExactly("-5");
    Run absent = command("get", "nothing");
    assertThat(absent.out()).isEqualTo("\n");
    assertThat(absent.exitCode()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"@k", "@@k", "--", "-c", "--password", "\"k\"", "${k}"})
  void shouldTakeEveryWordOfACommandForWhatItIs(String word) {
    assertThat(command("put", word, word).err()).isEmpty();
    assertThat(stored(word)).asString(StandardCharsets.UTF_8).isEqualTo(word);
  }

  @Test
  void shouldSayThatNoServerListens() {
    Run run = Run.of("-c", "127.0.0.1:1", "--transport", "fake");
    assertThat(run.err()).isEqualToIgnoringNewLines("wisp: no server listens on 127.0.0.1:8");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldGiveUpAScriptWhenTheServerGoesAway() {
    RunningFakeServer dying = new RunningFakeServer();
    InputStream before = new ByteArrayInputStream("put k v\n".getBytes(StandardCharsets.UTF_8));
    InputStream after =
        new ByteArrayInputStream("get k\nget k\n".getBytes(StandardCharsets.UTF_8)) {
          @Override
          public synchronized int read(byte[] bytes, int offset, int length) {
            dying.close();
            return super.read(bytes, offset, length);
          }
        };
    Run run = shell(new Run().reading(new SequenceInputStream(before, after)), dying);
    assertThat(run.out().lines()).containsExactly("OK");
    assertThat(run.err().lines())
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).endsWith("went away"))
        .last()
        .isEqualTo("gave up at line 2; the lines after it were not run");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldSayThatATransportCannotRunHere() {
    Run run = Run.of("-c", "127.0.0.1", "--transport", "absent");
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "wisp: this machine cannot run the transport absent: no machine has the device");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldUseTcpAndSaySoWhenThereIsNoRdma() {
    NoRdma.assume();
    Run run = Run.of("-c", "127.0.0.1:1");
    assertThat(run.err().lines())
        .hasSize(2)
        .first()
        .isEqualTo(NoRdma.reason() + ", so this is tcp (-t)");
    assertThat(run.err()).contains("127.0.0.1:1");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldNotFallBackToATransportThatIgnoresAnOption() {
    NoRdma.assume();
    Run get = Run.of("-c", "127.0.0.1:1", "--get", "ring");
    Run device = Run.of("-c", "127.0.0.1:1", "--device", "rxe0");
    assertThat(get.exitCode()).isEqualTo(1);
    assertThat(get.err())
        .isEqualToIgnoringNewLines(
            "wisp: "
                + NoRdma.reason()
                + ", and --get is for the transports rdma and shm:"
                + " ask for shm with --transport shm");
    assertThat(device.exitCode()).isEqualTo(1);
    assertThat(device.err())
        .isEqualToIgnoringNewLines(
            "wisp: " + NoRdma.reason() + ", and --device is for the transport rdma");
  }
}
