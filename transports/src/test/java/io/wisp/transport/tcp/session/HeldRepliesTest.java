// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Draw;
import io.wisp.testing.Property;
import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.ReplyWriter;
import io.wisp.transport.tcp.session.HeldReplies.Substitutes;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldRepliesTest {

  private static final String UNKNOWN = "-UNKNOWN u\r\n";
  private static final String OF_READ = "-CLUSTERDOWN r\r\n";
  private static final String OF_WRITE = "-CLUSTERDOWN w\r\n";
  private static final Substitutes NOT_DONE =
      new Substitutes("CLUSTERDOWN w", "CLUSTERDOWN r", "UNKNOWN u");
  private static final Substitutes NOT_KNOWN = new Substitutes(null, "CLUSTERDOWN r", "UNKNOWN u");

  /** What a reply tells of. */
  private enum Kind {
    NEITHER,
    READ,
    WRITE
  }

  private record Answer(Kind kind, String text) {

    static Answer draw(Draw draw) {
      Kind kind = draw.of(Kind.values());
      String text = draw.of("+OK\r\n", ":1\r\n", "$3\r\na\r\n\r\n", "-ERR no\r\n");
      // A client that wants no replies gets none of any kind.
      return new Answer(kind, draw.ints(0, 9) == 0 ? "" : text);
    }

    String instead(String ofRead, String ofWrite) {
      return switch (kind) {
        case NEITHER -> text;
        case READ -> text.isEmpty() ? "" : ofRead;
        case WRITE -> text.isEmpty() ? "" : ofWrite;
      };
    }
  }

  private final BufferBudget budget = BufferBudget.shared(1L << 30);
  private final HeldReplies held = new HeldReplies();

  private NativeBuffer buffer() {
    return new NativeBuffer(16, Arena::ofConfined, budget);
  }

  private static List<Answer> answers(Draw draw) {
    List<Answer> answers = new ArrayList<>();
    for (int left = draw.ints(0, 12); left > 0; left--) {
      answers.add(Answer.draw(draw));
    }
    return answers;
  }

  private void note(List<Answer> answers, NativeBuffer replies) {
    held.clear();
    for (Answer answer : answers) {
      int from = replies.size();
      replies.append(answer.text().getBytes(US_ASCII));
      if (answer.kind() != Kind.NEITHER) {
        held.add(from, replies.size(), answer.kind() == Kind.WRITE);
      }
    }
  }

  private String replaced(NativeBuffer replies, Substitutes substitutes) {
    try (NativeBuffer output = buffer()) {
      ReplyWriter writer = new ReplyWriter(output);
      held.replace(replies.isEmpty() ? null : replies, substitutes, output, writer);
      return new String(output.toByteArray(), US_ASCII);
    }
  }

  @Test
  void shouldReplaceEachReplyThatTellsOfTheEntryAndNoOther() {
    Property.check(
        draw -> {
          List<Answer> answers = answers(draw);
          StringBuilder wanted = new StringBuilder();
          answers.forEach(answer -> wanted.append(answer.instead(OF_READ, OF_WRITE)));
          try (NativeBuffer replies = buffer()) {
            note(answers, replies);
            assertThat(replaced(replies, NOT_DONE)).isEqualTo(wanted.toString());
          }
        });
  }

  @Test
  void shouldSayOfAllThatDoesNotCountThatItIsNotKnownWhenAWriteIsNot() {
    Property.check(
        draw -> {
          List<Answer> answers = answers(draw);
          boolean hasWrites = answers.stream().anyMatch(answer -> answer.kind() == Kind.WRITE);
          StringBuilder wanted = new StringBuilder();
          String ofRead = hasWrites ? UNKNOWN : OF_READ;
          answers.forEach(answer -> wanted.append(answer.instead(ofRead, UNKNOWN)));
          try (NativeBuffer replies = buffer()) {
            note(answers, replies);
            assertThat(replaced(replies, NOT_KNOWN)).isEqualTo(wanted.toString());
          }
        });
  }

  @Test
  void shouldEndAtAReplyOfWhichOtherTurnsHaveAPart() {
    try (NativeBuffer replies = buffer()) {
      note(
          List.of(
              new Answer(Kind.NEITHER, "+PONG\r\n"),
              new Answer(Kind.WRITE, ":1\r\n"),
              new Answer(Kind.NEITHER, "*9\r\n")),
          replies);
      held.addPart("+PONG\r\n:1\r\n".length(), false);
      assertThat(replaced(replies, NOT_DONE)).isEqualTo("+PONG\r\n" + OF_WRITE + OF_READ);
      assertThat(replaced(replies, NOT_KNOWN)).isEqualTo("+PONG\r\n" + UNKNOWN + UNKNOWN);
      note(List.of(new Answer(Kind.NEITHER, "+OK\r\n"), new Answer(Kind.WRITE, ":1\r\n")), replies);
      held.addPart(replies.size(), true);
      assertThat(replaced(replies, NOT_DONE)).endsWith("+OK\r\n" + UNKNOWN + UNKNOWN);
      held.clear();
      held.addPart(0, true);
      assertThat(replaced(replies, NOT_DONE)).isEqualTo(UNKNOWN);
      assertThat(replaced(replies, NOT_KNOWN)).isEqualTo(UNKNOWN);
      held.clear();
      held.addPart(0, false);
      assertThat(replaced(replies, NOT_KNOWN)).isEqualTo(OF_READ);
    }
  }
}
