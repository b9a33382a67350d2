// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.cli.common.HelpText;
import io.wisp.measure.input.Suggestion;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.transport.Client;
import io.wisp.transport.MovedException;
import io.wisp.transport.TransportException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Carries out commands. Replies go to standard output and errors to standard error, so that a value
 * is never mistaken for an error.
 */
final class Interpreter {

  /** What became of a command. */
  enum Outcome {
    DONE,
    /** An error was told, or a key was not there that the command is of no use without. */
    FAILED,
    /** The connection broke, so nothing is known of the command. */
    DISCONNECTED,
    QUIT
  }

  private final ShellSession session;
  private final Replies replies;
  private final PrintStream err;

  Interpreter(ShellSession session, Replies replies, PrintStream err) {
    this.session = session;
    this.replies = replies;
    this.err = err;
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
      return fail(e.getMessage());
    }
    return words.isEmpty() ? Outcome.DONE : command(words);
  }

  /** Carries out a command that has been split already. */
  Outcome command(List<byte[]> words) {
    List<byte[]> arguments = words.subList(1, words.size());
    try {
      ShellCommand command = named(words.getFirst());
      command.checkArguments(arguments.size());
      return execute(command, arguments);
    } catch (SyntaxException e) {
      return fail(e.getMessage());
    } catch (MovedException e) {
      return fail(e.getMessage());
    } catch (TransportException e) {
      err.println(e.getMessage());
      if (session.outlivesNodes()) {
        return Outcome.FAILED;
      }
      session.drop();
      return Outcome.DISCONNECTED;
    }
  }

  private static ShellCommand named(byte[] word) {
    return ShellCommand.named(word)
        .orElseThrow(
            () ->
                new SyntaxException(
                    Quoting.word(word)
                        + " is no command"
                        + Suggestion.of(ShellCommand.text(word), ShellCommand.words())
                            .map("; did you mean %s?"::formatted)
                            .orElse(";")
                        + " help lists them"));
  }

  private Outcome execute(ShellCommand command, List<byte[]> arguments) {
    return switch (command) {
      case PUT, SET -> set(arguments);
      case GET -> get(key(arguments));
      case MGET -> getMany(arguments);
      case MSET -> setMany(arguments);
      case DEL -> delete(arguments);
      case EXISTS -> exists(arguments);
      case INCR -> add(key(arguments), 1);
      case DECR -> add(key(arguments), -1);
      case INCRBY -> add(key(arguments), Numbers.amount("incrby", arguments.get(1)));
      case DECRBY -> add(key(arguments), -Numbers.amount("decrby", arguments.get(1)));
      case TTL -> timeToLive(key(arguments), milliseconds -> (milliseconds + 500) / 1000);
      case PTTL -> timeToLive(key(arguments), milliseconds -> milliseconds);
      case KEYS -> keys(KeyListing.matching(arguments.getFirst()));
      case SCAN ->
          keys(arguments.isEmpty() ? KeyListing.all() : KeyListing.of(arguments.getFirst()));
      case INFO -> say(session.client().information().stripTrailing());
      case HELP -> help();
      case QUIT, EXIT -> Outcome.QUIT;
    };
  }

  private static Slice key(List<byte[]> arguments) {
    return Slice.of(arguments.getFirst());
  }

  private Outcome set(List<byte[]> arguments) {
    Slice key = key(arguments);
    Slice value = Slice.of(arguments.get(1));
    Client client = session.client();
    Status status =
        arguments.size() == 2
            ? client.put(key, value)
            : client.put(
                key, value, ShellExpiry.milliseconds(arguments.subList(2, arguments.size())));
    return status.isError() ? fail(StatusText.of(status)) : say("OK");
  }

  private Outcome get(Slice key) {
    return show(key) == Status.FOUND ? Outcome.DONE : Outcome.FAILED;
  }

  /** One key after the other, since not every transport asks for many at a time. */
  private Outcome getMany(List<byte[]> keys) {
    Outcome outcome = Outcome.DONE;
    for (byte[] key : keys) {
      if (show(Slice.of(key)).isError()) {
        outcome = Outcome.FAILED;
      }
    }
    return outcome;
  }

  private Outcome setMany(List<byte[]> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) {
      throw ShellCommand.MSET.misused();
    }
    WriteBatch batch = new WriteBatch();
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      batch.put(Slice.of(keysAndValues.get(i)), Slice.of(keysAndValues.get(i + 1)));
    }
    try {
      Status status = session.client().writeAll(batch);
      return status == Status.DONE ? say("OK") : fail(StatusText.of(status));
    } catch (IllegalArgumentException e) {
      // Of several slots of a cluster.
      return fail(e.getMessage());
    }
  }

  private Status show(Slice key) {
    try (ValueBuffer value = new ValueBuffer()) {
      Status status = session.client().get(key, value);
      if (status.isError()) {
        fail(StatusText.of(status));
      } else if (status == Status.FOUND) {
        replies.value(value.toByteArray());
      } else {
        replies.absent();
      }
      return status;
    }
  }

  private Outcome delete(List<byte[]> keys) {
    int deleted = 0;
    for (byte[] key : keys) {
      Status status = session.client().delete(Slice.of(key));
      if (status.isError()) {
        return fail(StatusText.of(status));
      }
      deleted += status == Status.DELETED ? 1 : 0;
    }
    replies.number(deleted);
    return deleted == 0 ? Outcome.FAILED : Outcome.DONE;
  }

  private Outcome exists(List<byte[]> keys) {
    replies.number(keys.stream().filter(key -> session.client().contains(Slice.of(key))).count());
    return Outcome.DONE;
  }

  private Outcome add(Slice key, long amount) {
    Status status = session.client().add(key, amount, replies::number);
    return status.isError() || status == Status.CONFLICT
        ? fail(StatusText.of(status))
        : Outcome.DONE;
  }

  private Outcome timeToLive(Slice key, LongUnaryOperator unit) {
    long milliseconds = session.client().timeToLive(key);
    replies.number(milliseconds < 0 ? milliseconds : unit.applyAsLong(milliseconds));
    return milliseconds == Client.NO_KEY ? Outcome.FAILED : Outcome.DONE;
  }

  private Outcome keys(KeyListing listing) {
    if (listing.show(session.client(), replies::key) == 0) {
      replies.noKeys();
    }
    return Outcome.DONE;
  }

  private Outcome help() {
    HelpText help = new HelpText();
    for (ShellCommand command : ShellCommand.values()) {
      help.row(command.usage(), command.purpose());
    }
    help.heading(
        "Words with blanks stand in double quotes, in which \\n \\r \\t \\\\ \\\" and \\xHH (any"
            + " byte) are escapes. On a terminal, values that are no plain text are shown so as"
            + " well; --raw shows them as they are.");
    return say(help.toString().stripTrailing());
  }

  private Outcome say(String reply) {
    replies.say(reply);
    return Outcome.DONE;
  }

  private Outcome fail(@Nullable String reason) {
    err.println("(error) " + reason);
    return Outcome.FAILED;
  }
}
