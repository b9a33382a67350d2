// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The commands that took long, the latest of them. Any thread uses it; it is locked only for one
 * that was slow, and for those who look.
 */
public final class SlowLog {

  /** The most entries that it may be told to keep: a reply of 64 MiB has room for them. */
  public static final long MOST = 8_192;

  /** As in Redis: so many words of a command, and so many bytes of each. */
  static final int MAX_WORDS = 32;

  static final int MAX_WORD_LENGTH = 128;

  private static final long DEFAULT_SLOWER_THAN_MICROS = 10_000;
  private static final long DEFAULT_LENGTH = 128;

  /**
   * A command that took long.
   *
   * @param second when it ended, in seconds since the epoch
   * @param words the command and its arguments, shortened
   * @param address of its client
   * @param name of its client
   */
  record Entry(
      long id, long second, long micros, List<byte[]> words, String address, String name) {}

  private final ArrayDeque<Entry> newestFirst = new ArrayDeque<>();
  private volatile long slowerThanMicros = DEFAULT_SLOWER_THAN_MICROS;
  private volatile long maxLength = DEFAULT_LENGTH;
  private long nextId;

  /** From how many microseconds on a command is slow; if negative, none is. */
  public long slowerThanMicros() {
    return slowerThanMicros;
  }

  /** Changes {@link #slowerThanMicros()}. */
  public void slowerThanMicros(long micros) {
    slowerThanMicros = micros;
  }

  /** How many entries are kept. */
  public long maxLength() {
    return maxLength;
  }

  /** Keeps so many entries, up to {@link #MOST}; what is more is dropped with the next one. */
  public void maxLength(long entries) {
    maxLength = entries;
  }

  /** Whether a command that took so long belongs here. */
  boolean isSlow(long nanos) {
    long limit = slowerThanMicros;
    return limit >= 0 && TimeUnit.NANOSECONDS.toMicros(nanos) >= limit;
  }

  synchronized void add(long second, long nanos, List<byte[]> words, ClientState client) {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
    newestFirst.addFirst(
        new Entry(nextId++, second, micros, words, client.address(), client.name()));
    while (newestFirst.size() > maxLength) {
      newestFirst.removeLast();
    }
  }

  /** So many entries, the newest first; all if the number is negative. */
  synchronized List<Entry> entries(long most) {
    return newestFirst.stream().limit(most < 0 ? Long.MAX_VALUE : most).toList();
  }

  synchronized int length() {
    return newestFirst.size();
  }

  synchronized void clear() {
    newestFirst.clear();
  }

  /** What an entry keeps of a request. */
  static List<byte[]> shortened(Arguments arguments) {
    int count = arguments.count();
    int kept = count > MAX_WORDS ? MAX_WORDS - 1 : count;
    List<byte[]> words = new ArrayList<>(Math.min(count, MAX_WORDS));
    for (int index = 0; index < kept; index++) {
      words.add(arguments.shortened(index, MAX_WORD_LENGTH));
    }
    if (kept < count) {
      String more = "... (" + (count - kept) + " more arguments)";
      words.add(more.getBytes(StandardCharsets.US_ASCII));
    }
    return words;
  }
}
