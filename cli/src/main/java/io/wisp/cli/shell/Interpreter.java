// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.cli.common.Streams;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Carries out commands. Results go to standard output and failures to standard error, so that a
 * value is never mistaken for a failure; the texts for put, get and del are the original's.
 */
final class Interpreter {

  /** What became of a command. */
  enum Outcome {
    DONE,
    FAILED,
    /** The connection broke, so nothing is known of the command. */
    DISCONNECTED,
    QUIT
  }

  private static final int SCAN_STEP = 1000;

  private final ShellSession session;
  private final PrintStream out;
  private final PrintStream err;

  Interpreter(ShellSession session, Streams streams) {
    this.session = session;
    this.out = streams.out();
    this.err = streams.err();
  }

  /** Carries out a line, which may be blank or a comment. */
  Outcome line(byte[] line) {
    if (ShellWords.isComment(line)) {
      return Outcome.DONE;
    }
    List<byte[]> words;
    try {
      words = ShellWords.split(line);
    } catch (SyntaxException e) {
      return fail("Wrong op: " + e.getMessage());
    }
    return words.isEmpty() ? Outcome.DONE : command(words);
  }

  /** Carries out a command that has been split already. */
  Outcome command(List<byte[]> words) {
    List<byte[]> arguments = words.subList(1, words.size());
    try {
      ShellCommand command =
          ShellCommand.named(words.getFirst())
              .orElseThrow(
                  () ->
                      new SyntaxException(
                          Quoting.word(words.getFirst()) + " is no command; help lists them"));
      command.checkArguments(arguments.size());
      return execute(command, arguments);
    } catch (SyntaxException e) {
      return fail("Wrong op: " + e.getMessage());
    } catch (TransportException e) {
      session.drop();
      err.println(e.getMessage());
      return Outcome.DISCONNECTED;
    }
  }

  private Outcome execute(ShellCommand command, List<byte[]> arguments) {
    return switch (command) {
      case PUT -> put(arguments);
      case SET -> set(arguments);
      case GET -> get(key(arguments));
      case DEL -> delete(key(arguments));
      case EXISTS -> exists(key(arguments));
      case TTL -> timeToLive(key(arguments));
      case SCAN -> scan(arguments);
      case INFO -> information();
      case HELP -> help();
      case QUIT -> Outcome.QUIT;
    };
  }

  private static Slice key(List<byte[]> arguments) {
    return Slice.of(arguments.getFirst());
  }

  private Outcome put(List<byte[]> arguments) {
    return written(session.client().put(key(arguments), Slice.of(arguments.get(1))));
  }

  private Outcome set(List<byte[]> arguments) {
    if (arguments.size() == 2) {
      return put(arguments);
    }
    long milliseconds = ShellExpiry.milliseconds(arguments.subList(2, arguments.size()));
    Slice value = Slice.of(arguments.get(1));
    return written(session.client().put(key(arguments), value, milliseconds));
  }

  private Outcome written(Status status) {
    return status.isError() ? fail("Put fail: " + StatusText.of(status)) : say("Put suc");
  }

  private Outcome get(Slice key) {
    try (ValueBuffer value = new ValueBuffer()) {
      Status status = session.client().get(key, value);
      if (status.isError()) {
        return fail("Get fail: " + StatusText.of(status));
      }
      return status == Status.FOUND ? say(Quoting.line(value.toByteArray())) : fail("Get fail");
    }
  }

  private Outcome delete(Slice key) {
    Status status = session.client().delete(key);
    if (status.isError()) {
      return fail("Del fail: " + StatusText.of(status));
    }
    return status == Status.DELETED ? say("Del suc") : fail("Del fail");
  }

  private Outcome exists(Slice key) {
    return say(session.client().contains(key) ? "yes" : "no");
  }

  private Outcome timeToLive(Slice key) {
    long milliseconds = session.client().timeToLive(key);
    if (milliseconds == Client.NO_KEY) {
      return fail("Ttl fail");
    }
    return say(milliseconds == Client.NO_EXPIRY ? "never expires" : Long.toString(milliseconds));
  }

  private Outcome scan(List<byte[]> arguments) {
    long wanted = Long.MAX_VALUE;
    if (!arguments.isEmpty()) {
      String count = new String(arguments.getFirst(), StandardCharsets.UTF_8);
      wanted = Numbers.parse("scan", count, 1, Long.MAX_VALUE);
    }
    Client client = session.client();
    long[] shown = {0};
    long limit = wanted;
    long cursor = 0;
    do {
      int step = (int) Math.min(limit - shown[0], SCAN_STEP);
      cursor =
          client.scan(
              cursor,
              step,
              (segment, offset, length) -> {
                if (shown[0] < limit) {
                  shown[0]++;
                  out.println(Quoting.word(bytes(segment, offset, length)));
                }
              });
    } while (cursor != 0 && shown[0] < limit);
    return Outcome.DONE;
  }

  private static byte[] bytes(MemorySegment segment, long offset, int length) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    return bytes;
  }

  private Outcome information() {
    return say(session.client().information().stripTrailing());
  }

  private Outcome help() {
    for (ShellCommand command : ShellCommand.values()) {
      out.printf(Locale.ROOT, "%-48s %s%n", command.usage(), command.purpose());
    }
    out.println("Words with blanks stand in double quotes, in which \\n \\r \\t \\\\ \\\" and");
    out.println(
        "\\xHH (any byte) are escapes; values that are no plain text are shown so as well.");
    return Outcome.DONE;
  }

  private Outcome say(String reply) {
    out.println(reply);
    return Outcome.DONE;
  }

  private Outcome fail(String reply) {
    err.println(reply);
    return Outcome.FAILED;
  }
}
