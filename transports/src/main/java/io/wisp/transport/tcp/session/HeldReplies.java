// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which of the replies of a session's turn count only if an entry of the log happens: those of
 * writes, and those of reads that saw what is pending or that the entry is to prove. The others are
 * true whatever becomes of it. If it does not happen, each reply of the former kinds is replaced by
 * an error, so that replies still match requests, and they are the session's last: many clients
 * send a whole pipeline again upon an error at its beginning, so nothing that is still to come may
 * be done. Many send again what has no reply when the connection ends, too, so nothing that may
 * have been done is without one.
 */
public final class HeldReplies {

  /**
   * What to reply where an entry has not happened, or may not have.
   *
   * @param write to a write of which nothing has happened; null if that is not known
   * @param read to a read that nothing proves
   * @param unknown to a write that may have happened, in whole or in part, and to reads beside it
   */
  public record Substitutes(@Nullable String write, String read, String unknown) {}

  private static final int NOWHERE = -1;
  private static final int[] NO_RUNS = {};

  /** From where to where a run of replies lies, how many they are, and whether of writes. */
  private static final int FIELDS = 4;

  /** More than that a session does not keep from turn to turn. */
  private static final int MOST_KEPT = 64 * FIELDS;

  /** Replies behind each other that are of one kind are one run: most turns have no other. */
  private int[] runs = NO_RUNS;

  private int used;

  /** Where a reply begins that is not there as a whole, because its command takes many turns. */
  private int part = NOWHERE;

  private boolean isPartOfWrite;
  private boolean hasWrites;

  /** None. */
  HeldReplies() {}

  void clear() {
    used = 0;
    runs = runs.length > MOST_KEPT ? NO_RUNS : runs;
    part = NOWHERE;
    isPartOfWrite = false;
    hasWrites = false;
  }

  /**
   * Notes a reply, which lies behind those that were noted before.
   *
   * @param to where it ends; that is where it begins if its client wants none
   */
  void add(int from, int to, boolean isOfWrite) {
    hasWrites |= isOfWrite;
    int kind = isOfWrite ? 1 : 0;
    int replies = to > from ? 1 : 0;
    int last = used - FIELDS;
    if (used > 0 && runs[last + 1] == from && runs[last + 3] == kind) {
      runs[last + 1] = to;
      runs[last + 2] += replies;
      return;
    }
    if (used == runs.length) {
      runs = Arrays.copyOf(runs, Math.max(FIELDS, 2 * used));
    }
    runs[used] = from;
    runs[used + 1] = to;
    runs[used + 2] = replies;
    runs[used + 3] = kind;
    used += FIELDS;
  }

  /** Notes a reply of which other turns have a part. */
  void addPart(int from, boolean isOfWrite) {
    hasWrites |= isOfWrite;
    if (part == NOWHERE) {
      part = from;
      isPartOfWrite = isOfWrite;
    }
  }

  /**
   * Appends the replies of the turn to a buffer, with errors in place of those that do not count.
   * Who has written and cannot know whether that happened is told so in each of them: an error by
   * which clients ask again, of a read too, might have them send such a write again. Behind a reply
   * of which other turns have a part there are no more.
   *
   * @param replies of the turn, or null if there are none
   * @param writer appends to the output
   */
  public void replace(
      @Nullable NativeBuffer replies,
      Substitutes substitutes,
      NativeBuffer output,
      ReplyWriter writer) {
    String write = substitutes.write();
    boolean isUnknown = isPartOfWrite || (hasWrites && write == null);
    String ofWrite = isUnknown || write == null ? substitutes.unknown() : write;
    String ofRead = isUnknown ? substitutes.unknown() : substitutes.read();
    int at = 0;
    for (int i = 0; i < used && (part == NOWHERE || runs[i] < part); i += FIELDS) {
      copy(replies, at, runs[i], output);
      for (int left = runs[i + 2]; left > 0; left--) {
        writer.error(runs[i + 3] == 1 ? ofWrite : ofRead);
      }
      at = runs[i + 1];
    }
    if (part == NOWHERE) {
      copy(replies, at, replies == null ? 0 : replies.size(), output);
    } else {
      copy(replies, at, part, output);
      writer.error(ofRead);
    }
  }

  private static void copy(@Nullable NativeBuffer from, int begin, int end, NativeBuffer to) {
    if (from != null && end > begin) {
      to.append(from.memory(), from.start() + begin, end - begin);
    }
  }
}
