// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Draw;
import io.wisp.testing.Property;
import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.Commands;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RespSessionPropertyTest {

  /** One ends the session, and one draws lots: two sessions may rightly answer differently. */
  private static final Set<String> UNREPEATABLE = Set.of("quit", "randomkey");

  private static final String[] NAMES =
      Commands.table().all().stream()
          .map(Command::name)
          .filter(name -> !UNREPEATABLE.contains(name))
          .toArray(String[]::new);

  @Test
  void shouldReplyAlikeHoweverTheBytesAreSplit() {
    Property.check(
        300,
        draw -> {
          List<String> requests = requests(draw);
          List<Integer> lengths = draw.list(20, () -> draw.ints(1, 40));
          String bytes = String.join("", requests);
          String expected;
          try (SessionHarness whole = new SessionHarness()) {
            expected = whole.send(bytes);
          }
          try (SessionHarness parts = new SessionHarness()) {
            StringBuilder replies = new StringBuilder();
            int at = 0;
            for (int length : lengths) {
              int end = Math.min(bytes.length(), at + length);
              replies.append(parts.send(bytes.substring(at, end)));
              at = end;
            }
            replies.append(parts.send(bytes.substring(at)));
            assertThat(replies).hasToString(expected);
          }
        });
  }

  @Test
  void shouldSurviveAnyBytes() {
    Property.check(
        draw -> {
          String noise = noise(draw);
          try (SessionHarness session = new SessionHarness()) {
            for (int at = 0; at < noise.length() && !session.isClosed(); at += 7) {
              session.send(noise.substring(at, Math.min(noise.length(), at + 7)));
            }
            assertThat(session.unconsumed()).isLessThanOrEqualTo(noise.length());
          }
        });
  }

  @Test
  void shouldSurviveRequestsWithOneWrongByte() {
    Property.check(
        draw -> {
          List<String> requests = requests(draw);
          int position = draw.anyInt();
          byte wrong = draw.anyByte();
          StringBuilder bytes = new StringBuilder(String.join("", requests));
          if (!bytes.isEmpty()) {
            bytes.setCharAt(Math.floorMod(position, bytes.length()), (char) (wrong & 0xFF));
          }
          try (SessionHarness session = new SessionHarness()) {
            session.send(bytes.toString().getBytes(ISO_8859_1));
          }
        });
  }

  /** Requests of words, so that most of them mean something. */
  private static List<String> requests(Draw draw) {
    return draw.list(
        12,
        () -> {
          List<String> request = new ArrayList<>();
          request.add(draw.of(NAMES));
          request.addAll(draw.list(6, () -> word(draw)));
          return request(request.toArray(String[]::new));
        });
  }

  private static String word(Draw draw) {
    return switch (draw.ints(0, 2)) {
      case 0 -> draw.of("a", "b", "1", "10", "EX", "PX", "NX", "GET", "COUNT", "MATCH", "*");
      case 1 -> draw.of("0", "-1", "", "3", "AUTH", "SETNAME", "ID", "DOCS", "LIST", "INFO");
      default -> latin(draw.text(20));
    };
  }

  /** Bytes made of what the protocol is made of, in no order. */
  private static String noise(Draw draw) {
    return String.join("", draw.list(60, () -> scrap(draw)));
  }

  private static String scrap(Draw draw) {
    return switch (draw.ints(0, 2)) {
      case 0 -> draw.of("*", "$", "\r\n", "\r", "\n", "1", "3", "-1", "99999999", "GET", "SET");
      case 1 -> draw.of("*1\r\n", "*3\r\n", "$3\r\n", "\"", "'", " ", "\\x", "k", "DEL", "MSET");
      default -> latin(draw.text(5));
    };
  }

  private static String latin(String text) {
    return new String(text.getBytes(ISO_8859_1), ISO_8859_1);
  }
}
