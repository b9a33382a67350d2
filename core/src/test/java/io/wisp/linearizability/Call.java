// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One operation on a key by one client, as a history holds it.
 *
 * @param client who called, for people
 * @param kind what was asked for
 * @param argument the value to store or to append; of EXPIRE the milliseconds to live
 * @param millis for how long a put value lives, or 0 if it does not expire
 * @param reply as {@link KeyModel} writes it, or null if it never came: then the call may have
 *     happened at any time after it began, or not at all
 * @param invoked {@link System#nanoTime} before the call
 * @param returned {@link System#nanoTime} after it, or {@link Long#MAX_VALUE} without a reply
 */
public record Call(
    String client,
    Kind kind,
    String argument,
    long millis,
    @Nullable String reply,
    long invoked,
    long returned) {

  /** What a call asks for. */
  public enum Kind {
    PUT,
    PUT_IF_ABSENT,
    GET,
    DELETE,
    APPEND,
    INCREMENT,
    EXPIRE
  }

  /** Whether its client knows what became of it. */
  boolean isComplete() {
    return reply != null;
  }

  /** The same without its end. */
  Call withoutReply() {
    return new Call(client, kind, argument, millis, null, invoked, Long.MAX_VALUE);
  }

  private static String brief(String text) {
    return text.length() <= 24
        ? text
        : text.substring(0, 20) + "...(" + text.length() + ", hash " + text.hashCode() + ")";
  }

  /** A line with times in microseconds since another. */
  String toLine(long since) {
    return String.format(
        Locale.ROOT,
        "%d to %s us: %s %s(%s%s) -> %s",
        (invoked - since) / 1_000,
        isComplete() ? (returned - since) / 1_000 : "?",
        client,
        kind,
        brief(argument),
        millis == 0 ? "" : ", for " + millis + " ms",
        reply == null ? "?" : brief(reply));
  }
}
