// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.MovedException;
import io.wisp.transport.Refusals;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Requests that are answered by a number or by a text, each a call of its own. */
final class Questions {

  private static final Set<String> NO_SUM = Set.of(Errors.NOT_AN_INTEGER, Errors.OVERFLOW);

  private final Conversation conversation;
  private final RequestWriter requests;
  private final ReplyStream stream;
  private final ReplyReader reply;

  Questions(Conversation conversation) {
    this.conversation = conversation;
    requests = conversation.requests();
    stream = conversation.stream();
    reply = stream.reply();
  }

  /** See {@link io.wisp.transport.Client#add}. */
  Status add(Slice key, long amount, LongConsumer sum) {
    try (CallGuard.Call _ = conversation.enterAlone()) {
      Status refusal = Refusals.of(key);
      if (refusal != null) {
        return refusal;
      }
      requests.add(key, amount);
      conversation.await("INCRBY", conversation.deadline());
      try {
        if (reply.isError() && NO_SUM.contains(reply.text())) {
          return Status.CONFLICT;
        }
        Status status = conversation.expect(':', Status.STORED);
        if (status == Status.STORED) {
          sum.accept(reply.number());
        }
        return status;
      } finally {
        stream.consume();
      }
    }
  }

  /**
   * A number of a key.
   *
   * @param name of the request
   * @param ifRefused the answer for a key that can be nobody's
   */
  long number(String name, BiConsumer<RequestWriter, Slice> request, Slice key, long ifRefused) {
    try (CallGuard.Call _ = conversation.enterAlone()) {
      if (Refusals.of(key) != null) {
        return ifRefused;
      }
      request.accept(requests, key);
      conversation.await(name, conversation.deadline());
      try {
        requireDone(conversation.expect(':', Status.DONE), name);
        return reply.number();
      } finally {
        stream.consume();
      }
    }
  }

  /** See {@link io.wisp.transport.Client#scan}. */
  long scan(long cursor, int atLeast, KeySink sink) {
    try (CallGuard.Call _ = conversation.enterAlone()) {
      requests.words(
          "SCAN", Long.toUnsignedString(cursor), "COUNT", Integer.toString(Math.max(1, atLeast)));
      return ask("SCAN", '*', () -> stream.giveKeys(sink));
    }
  }

  /**
   * What the server says of itself.
   *
   * @param sections by their names; those that INFO has unasked if there are none
   */
  String information(String... sections) {
    try (CallGuard.Call _ = conversation.enterAlone()) {
      String[] words = new String[1 + sections.length];
      words[0] = "INFO";
      System.arraycopy(sections, 0, words, 1, sections.length);
      requests.words(words);
      return ask("INFO", '$', reply::text);
    }
  }

  /** Sends what was appended, waits for its reply, which is of a type, and takes what it tells. */
  private <T> T ask(String name, char type, Supplier<T> take) {
    conversation.await(name, conversation.deadline());
    try {
      requireDone(conversation.expect(type, Status.DONE), name);
      return take.get();
    } finally {
      stream.consume();
    }
  }

  private void requireDone(Status status, String name) {
    if (status.isElsewhere()) {
      throw new MovedException(
          conversation.endpoint() + " answered " + name + " with " + reply.text(), status);
    }
    if (status != Status.DONE) {
      throw new TransportException(
          conversation.endpoint() + " answered " + name + " with " + status);
    }
  }
}
