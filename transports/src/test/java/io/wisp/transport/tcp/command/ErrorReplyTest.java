// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors repeat a bounded part of what a client sent, byte by byte. */
class ErrorReplyTest {

  private static final String LONG = "x".repeat(100_000);
  private static final String CUT = "x".repeat(128);
  private static final int MAX_ERROR_LENGTH = 500;
  private static final int MAX_WORDS = 6;

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  static Stream<Arguments> repeated() {
    return Stream.of(
        Arguments.of(
            List.of(LONG, LONG),
            "ERR unknown command '" + CUT + "', with args beginning with: '" + CUT + "' "),
        Arguments.of(
            List.of("CLIENT", LONG), "ERR unknown subcommand '" + CUT + "'. Try CLIENT HELP."),
        Arguments.of(
            List.of("COMMAND", LONG), "ERR unknown subcommand '" + CUT + "'. Try COMMAND HELP."),
        Arguments.of(
            List.of("CONFIG", LONG), "ERR unknown subcommand '" + CUT + "'. Try CONFIG HELP."),
        Arguments.of(
            List.of("CLIENT", "SETINFO", LONG, "v"), "ERR Unrecognized option '" + CUT + "'"),
        Arguments.of(List.of("HELLO", "3", LONG), "ERR Syntax error in HELLO option '" + CUT + "'"),
        Arguments.of(List.of("EXPIRE", "k", "1", LONG), "ERR Unsupported option " + CUT));
  }

  @ParameterizedTest
  @MethodSource("repeated")
  void shouldRepeatTheBeginningOfALongArgument(List<String> words, String error) {
    assertThat(session.call(words.toArray(String[]::new))).isEqualTo("-" + error + "\r\n");
  }

  static Stream<String> commands() {
    return Commands.table().all().stream().map(Command::name);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldNotAnswerLongArgumentsWithALongError(String command) {
    for (int words = 1; words <= MAX_WORDS; words++) {
      for (int plain = 1; plain <= words; plain++) {
        String[] request = new String[words];
        Arrays.fill(request, LONG);
        Arrays.fill(request, 0, plain, "1");
        request[0] = command;
        assertThat(session.call(request))
            .satisfiesAnyOf(
                reply -> assertThat(reply).doesNotStartWith("-"),
                reply -> assertThat(reply).hasSizeLessThan(MAX_ERROR_LENGTH));
      }
    }
  }

  @Test
  void shouldRepeatBytesAsTheyAreAndEndsOfLineAsSpaces() {
    assertThat(session.call("CLIENT", "\u00ff\u0080\r\n\u0001\u00e4"))
        .isEqualTo("-ERR unknown subcommand '\u00ff\u0080  \u0001\u00e4'. Try CLIENT HELP.\r\n");
    assertThat(session.call("\u00ff\n", "\u00fe\r"))
        .isEqualTo("-ERR unknown command '\u00ff ', with args beginning with: '\u00fe ' \r\n");
  }
}
