// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.ReplyDescriptor;
import io.wisp.store.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Which of the replies of a connection's turn count only if an entry of the log happens: those of
 * writes, and those of reads that saw what is pending or that the entry is to prove. They lie in
 * the ring already, and the other side has not been told. If the entry does not happen, each is
 * replaced by an error where it lies: a reply of the same length, so that no frame moves and no
 * room is needed.
 *
 * <p>It believes nothing that the other side could have changed in the ring.
 */
final class HeldFrames {

  /**
   * What to reply where an entry has not happened, or may not have.
   *
   * @param write to a write
   * @param read to a read that nothing proves
   * @param why for people, as far as a reply has room for it
   */
  record Substitutes(Status write, Status read, String why) {}

  private static final int[] NONE = {};

  /** Of a reply: where it begins, and how long it is, negative if it is a write's. */
  private static final int FIELDS = 2;

  /** As many as a turn has, unless a batch is longer; more is not kept from turn to turn. */
  private static final int MOST_KEPT = ServerConnection.REQUESTS_PER_TURN * FIELDS;

  private int[] replies = NONE;
  private int used;

  /** Notes a reply in the ring. */
  void add(long offset, int length, boolean isOfWrite) {
    if (used == replies.length) {
      replies = Arrays.copyOf(replies, Math.max(FIELDS, 2 * used));
    }
    replies[used] = (int) offset;
    replies[used + 1] = isOfWrite ? -length : length;
    used += FIELDS;
  }

  boolean isEmpty() {
    return used == 0;
  }

  void clear() {
    used = 0;
    replies = replies.length > MOST_KEPT ? NONE : replies;
  }

  /** Replaces all that were noted. */
  void replace(MemorySegment ring, Substitutes substitutes) {
    byte[] why = substitutes.why().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < used; i += FIELDS) {
      int length = replies[i + 1];
      Status status = length < 0 ? substitutes.write() : substitutes.read();
      replace(ring, replies[i], Math.abs(length), status, why);
    }
  }

  /** Replaces a reply by an error, whose text is cut or filled with blanks to the length. */
  static void replace(MemorySegment memory, long offset, int length, Status status, byte[] why) {
    int room = length - ReplyDescriptor.HEADER_LENGTH;
    int told = Math.min(room, why.length);
    long text = offset + ReplyDescriptor.HEADER_LENGTH;
    ReplyDescriptor.encodeHeader(memory, offset, status, room, 0);
    MemorySegment.copy(why, 0, memory, ValueLayout.JAVA_BYTE, text, told);
    memory.asSlice(text + told, room - (long) told).fill((byte) ' ');
  }
}
