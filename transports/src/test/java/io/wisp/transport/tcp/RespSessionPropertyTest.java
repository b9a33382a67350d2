package io.wisp.transport.tcp;

import static io.wisp.transport.tcp.SessionHarness.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RespSessionPropertyTest {

  private static final String[] NAMES =
      Commands.table().all().stream().map(Command::name).toArray(String[]::new);

  /** One ends the session, and one draws lots: two sessions may rightly answer differently. */
  private static final Set<String> UNREPEATABLE = Set.of("quit", "randomkey");

  @Property(tries = 300)
  void shouldReplyAlikeHoweverTheBytesAreSplit(
      @ForAll("requests") List<String> requests,
      @ForAll @Size(max = 20) List<@IntRange(min = 1, max = 40) Integer> lengths) {
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
  }

  @Property(tries = 1_000)
  void shouldSurviveAnyBytes(@ForAll("noise") String noise) {
    try (SessionHarness session = new SessionHarness()) {
      for (int at = 0; at < noise.length() && !session.isClosed(); at += 7) {
        session.send(noise.substring(at, Math.min(noise.length(), at + 7)));
      }
      assertThat(session.unconsumed()).isLessThanOrEqualTo(noise.length());
    }
  }

  @Property(tries = 1_000)
  void shouldSurviveRequestsWithOneWrongByte(
      @ForAll("requests") List<String> requests, @ForAll int position, @ForAll byte wrong) {
    StringBuilder bytes = new StringBuilder(String.join("", requests));
    if (!bytes.isEmpty()) {
      bytes.setCharAt(Math.floorMod(position, bytes.length()), (char) (wrong & 0xFF));
    }
    try (SessionHarness session = new SessionHarness()) {
      session.send(bytes.toString().getBytes(ISO_8859_1));
    }
  }

  /** Requests of words, so that most of them mean something. */
  @Provide
  Arbitrary<List<String>> requests() {
    Arbitrary<String> words =
        Arbitraries.oneOf(
            Arbitraries.of("a", "b", "1", "10", "EX", "PX", "NX", "GET", "COUNT", "MATCH", "*"),
            Arbitraries.of("0", "-1", "", "3", "AUTH", "SETNAME", "ID", "DOCS", "LIST", "INFO"),
            Arbitraries.strings().ofMaxLength(20).all().map(RespSessionPropertyTest::latin));
    Arbitrary<String> names = Arbitraries.of(NAMES).filter(name -> !UNREPEATABLE.contains(name));
    return names
        .flatMap(
            name ->
                words
                    .list()
                    .ofMaxSize(6)
                    .map(
                        arguments -> {
                          String[] request = new String[arguments.size() + 1];
                          request[0] = name;
                          for (int i = 0; i < arguments.size(); i++) {
                            request[i + 1] = arguments.get(i);
                          }
                          return request(request);
                        }))
        .list()
        .ofMaxSize(12);
  }

  /** Bytes made of what the protocol is made of, in no order. */
  @Provide
  Arbitrary<String> noise() {
    return Arbitraries.oneOf(
            Arbitraries.of("*", "$", "\r\n", "\r", "\n", "1", "3", "-1", "99999999", "GET", "SET"),
            Arbitraries.of("*1\r\n", "*3\r\n", "$3\r\n", "\"", "'", " ", "\\x", "k", "DEL", "MSET"),
            Arbitraries.strings().ofMaxLength(5).all().map(RespSessionPropertyTest::latin))
        .list()
        .ofMaxSize(60)
        .map(parts -> String.join("", parts));
  }

  private static String latin(String text) {
    return new String(text.getBytes(ISO_8859_1), ISO_8859_1);
  }
}
