// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.List;
import java.util.Locale;

/**
 * A step of a move of slots, as the log of one of the two shards has it.
 *
 * <pre>
 * the source's log      the target's log
 *                       IMPORT   takes copies from now on, and serves none of them
 * LEAVE                          serves the slots no more
 *                       TAKE     serves them
 * GIVE                           knows who does, and may remove the records
 *
 *                       DROP     will never serve them by this move
 * KEEP                           serves them again
 * </pre>
 *
 * <p>Whoever moves slots has DROP done before KEEP, and TAKE before GIVE: so there is no moment at
 * which both shards serve a slot.
 *
 * @param kind which step
 * @param fileEpoch the epoch of the cluster's file that the shard goes by: slots that moved are
 *     where a later file puts them
 * @param id of the move, greater than 0; no two moves have the same
 * @param slots of IMPORT and LEAVE; of others there are none, for their move has said them
 * @param shard of IMPORT the source, of LEAVE the target, of TAKE the shard itself; else empty
 * @param epoch that the slots will have, greater than the one that they have; 0 where there are no
 *     slots
 */
public record SlotChange(
    Kind kind, long fileEpoch, long id, List<SlotRange> slots, String shard, long epoch) {

  /** Which step of a move. */
  public enum Kind {
    IMPORT,
    DROP,
    TAKE,
    LEAVE,
    KEEP,
    GIVE
  }

  private static final int WORDS = 6;

  /** What stands for no slots, and for no shard: no shard has that name. */
  private static final String NONE = "*";

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public SlotChange {
    boolean begins = kind == Kind.IMPORT || kind == Kind.LEAVE;
    if (fileEpoch < 1 || id < 1 || epoch < 0) {
      throw new IllegalArgumentException(
          "a move has the number %s, the epoch %s and a file of epoch %s, and one is too small"
              .formatted(id, epoch, fileEpoch));
    }
    if (begins && (slots.isEmpty() || shard.isEmpty() || epoch == 0)) {
      throw new IllegalArgumentException("a move begins without slots, shard or epoch");
    }
    slots = SlotRange.joined(slots);
  }

  /** A step of a move that has begun, which needs no more than its number. */
  public static SlotChange of(Kind kind, long fileEpoch, long id) {
    return new SlotChange(kind, fileEpoch, id, List.of(), "", 0);
  }

  /** As {@link #parse} reads it: words with spaces between them. */
  public String text() {
    return "%s %s %s %s %s %s"
        .formatted(
            kind,
            fileEpoch,
            id,
            slots.isEmpty() ? NONE : SlotRange.textOf(slots),
            shard.isEmpty() ? NONE : shard,
            epoch);
  }

  /**
   * Reads a step.
   *
   * @throws IllegalArgumentException if the text is none; the message is a sentence
   */
  public static SlotChange parse(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != WORDS) {
      throw new IllegalArgumentException("\"" + text + "\" is no step of a move of slots");
    }
    try {
      return new SlotChange(
          Kind.valueOf(words[0].toUpperCase(Locale.ROOT)),
          Long.parseLong(words[1]),
          Long.parseLong(words[2]),
          SlotRange.parseAll(words[3].equals(NONE) ? "" : words[3]),
          words[4].equals(NONE) ? "" : words[4],
          Long.parseLong(words[5]));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no step of a move of slots: " + e.getMessage(), e);
    }
  }
}
