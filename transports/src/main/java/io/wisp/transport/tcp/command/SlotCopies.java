// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotMoves;
import io.wisp.store.ArraySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.transport.ChangedKeys;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The steps of MOVESLOTS that copy records, and remove copies. A record is sent as its key, its
 * expiry in ms since 1970 (0: never), and its value; that there is none as the expiry -1 and an
 * empty value.
 */
final class SlotCopies {

  private static final int NONE = -1;

  /** Arguments of STORE before the first record, and of a record. */
  private static final int HEAD = 3;

  private static final int FIELDS = 3;

  /** Keys asked of the store at a time. */
  private static final int BATCH = 16;

  /** Batches of a step, for the keys of few slots are few among all. */
  private static final int BATCHES = 256;

  /** Keys of a step, of those that are wanted. */
  private static final int MOST_KEYS = 1024;

  /** Bytes of values that end a step. */
  private static final int ENOUGH_BYTES = 1 << 20;

  /** Keys that a step removes, or a few more: not so many as it was let in for. */
  private static final int MOST_REMOVED = 256;

  private static final String NO_CURSOR = "ERR invalid cursor";
  private static final String NO_EXPIRY = "ERR an expiry is -1, 0 or a time in ms since 1970";
  private static final String OTHER_SLOT = "ERR a key is of a slot that does not move";

  /** A record; without a value it is the lack of one. */
  private static final class Copy {
    private final byte[] key;
    private final long expiresAt;
    private final byte[] value;

    Copy(byte[] key, long expiresAt, byte[] value) {
      this.key = key;
      this.expiresAt = expiresAt;
      this.value = value;
    }

    int bytes() {
      return key.length + value.length;
    }
  }

  /** Keys of a walk, and where it goes on. */
  private static final class Walked {
    private final List<byte[]> keys = new ArrayList<>();
    private long next;
  }

  private SlotCopies() {}

  static void read(CommandRequest request, ClusterMember member, SlotLog log) {
    Long cursor = cursor(request, 3);
    if (cursor == null || !followed(request, log)) {
      return;
    }
    ChangedKeys changed = log.changedKeys();
    Walked walked = walk(request.store(), cursor, MOST_KEYS, changed::has);
    List<Copy> copies = new ArrayList<>();
    int bytes = 0;
    for (byte[] key : walked.keys) {
      if (bytes >= ENOUGH_BYTES) {
        // It goes with what was written.
        changed.add(key);
      } else {
        Copy copy = copy(key, request.store());
        if (copy.expiresAt != NONE) {
          copies.add(copy);
        }
        bytes += copy.bytes();
      }
    }
    request.reply().array(1L + (long) FIELDS * copies.size());
    request.reply().bulkUnsigned(walked.next);
    copies.forEach(copy -> write(copy, request.reply()));
  }

  static void changes(CommandRequest request, ClusterMember member, SlotLog log) {
    if (!followed(request, log)) {
      return;
    }
    ChangedKeys changed = log.changedKeys();
    List<Copy> copies = new ArrayList<>();
    int bytes = 0;
    while (changed.size() > 0 && copies.size() < MOST_KEYS && bytes < ENOUGH_BYTES) {
      byte[] key = changed.take();
      if (key != null) {
        Copy copy = copy(key, request.store());
        copies.add(copy);
        bytes += copy.bytes();
      }
    }
    request.reply().array(1L + (long) FIELDS * copies.size());
    request.reply().integer(changed.size());
    copies.forEach(copy -> write(copy, request.reply()));
  }

  /** Whether it is known what was written since the copy began; if not, that was replied. */
  private static boolean followed(CommandRequest request, SlotLog log) {
    long move = MoveSlotsCommand.move(request);
    boolean follows = move > 0 && log.changedKeys().follows(move);
    if (move > 0 && !follows) {
      request.fail(MoveSlotsCommand.LOST);
    }
    return follows;
  }

  private static Copy copy(byte[] key, Store store) {
    ArraySink value = new ArraySink();
    return store.get(Slice.of(key), value) == Status.FOUND
        ? new Copy(key, value.expiresAt(), value.value())
        : new Copy(key, NONE, new byte[0]);
  }

  private static void write(Copy copy, ReplyWriter reply) {
    reply.bulk(copy.key);
    reply.integer(copy.expiresAt);
    reply.bulk(copy.value);
  }

  static void store(CommandRequest request, ClusterMember member, SlotLog log) {
    Arguments arguments = request.arguments();
    long move = MoveSlotsCommand.move(request);
    if (move == 0) {
      return;
    }
    SlotMoves.Move importing = member.place().moves().importing();
    if (importing == null || importing.id() != move) {
      request.fail(MoveSlotsCommand.LOST);
      return;
    }
    if ((arguments.count() - HEAD) % FIELDS != 0) {
      request.fail(Errors.SYNTAX);
      return;
    }
    for (int i = HEAD; i < arguments.count(); i += FIELDS) {
      String error = store(request, i, importing);
      if (error != null) {
        request.fail(error);
        return;
      }
    }
    request.reply().ok();
  }

  /** Stores the record at a place of the arguments; the answer is why that cannot be, or null. */
  private static @Nullable String store(CommandRequest request, int at, SlotMoves.Move importing) {
    Slice key = request.key(at);
    if (!importing.has(KeySlot.of(key))) {
      return OTHER_SLOT;
    }
    if (!request.arguments().isNumber(at + 1) || request.arguments().number() < NONE) {
      return NO_EXPIRY;
    }
    long expiresAt = request.arguments().number();
    Status status =
        expiresAt == NONE
            ? request.store().delete(key)
            : request
                .store()
                .write(key, request.value(at + 2), WriteCondition.ALWAYS, 0, expiresAt);
    return status.isError() ? Errors.of(status) : null;
  }

  /** Before the first copy comes: earlier moves may have left some, of other slots too. */
  static void clean(CommandRequest request, ClusterMember member, SlotLog log) {
    long move = MoveSlotsCommand.move(request);
    Long cursor = move == 0 ? null : cursor(request, 3);
    if (cursor == null) {
      return;
    }
    ClusterMember.Place place = member.place();
    if (MoveSlotsCommand.isImporting(place.moves(), move)) {
      remove(request, cursor, slot -> isCopy(slot, place));
    } else {
      request.fail(MoveSlotsCommand.LOST);
    }
  }

  static void purge(CommandRequest request, ClusterMember member, SlotLog log) {
    Long cursor = cursor(request, 2);
    if (cursor != null) {
      ClusterMember.Place place = member.place();
      remove(request, cursor, slot -> isCopy(slot, place) && !place.isImporting(slot));
    }
  }

  /**
   * Whether a slot's records are those of a move that has ended. Records of other slots, which an
   * earlier file gave to this shard, may be the only ones.
   */
  private static boolean isCopy(int slot, ClusterMember.Place place) {
    return !place.isOfShard(slot) && place.moves().mayHaveCopies(slot);
  }

  private static void remove(CommandRequest request, long cursor, IntPredicate unwanted) {
    Walked walked = walk(request.store(), cursor, MOST_REMOVED, unwanted);
    for (byte[] key : walked.keys) {
      Status status = request.store().delete(Slice.of(key));
      if (status.isError()) {
        request.fail(status);
        return;
      }
    }
    request.reply().bulkUnsigned(walked.next);
  }

  /** Some keys of slots that are wanted, from a cursor on; they may be more than so many. */
  private static Walked walk(Store store, long cursor, int enough, IntPredicate wanted) {
    Walked walked = new Walked();
    walked.next = cursor;
    for (int i = 0; i < BATCHES && walked.keys.size() < enough; i++) {
      walked.next =
          store.scan(
              walked.next,
              BATCH,
              (segment, offset, length) -> {
                if (wanted.test(KeySlot.of(segment, offset, length))) {
                  walked.keys.add(new Slice().set(segment, offset, length).toByteArray());
                }
              });
      if (walked.next == 0) {
        break;
      }
    }
    return walked;
  }

  private static @Nullable Long cursor(CommandRequest request, int index) {
    try {
      return Long.parseUnsignedLong(request.arguments().text(index));
    } catch (NumberFormatException e) {
      request.fail(NO_CURSOR);
      return null;
    }
  }
}
