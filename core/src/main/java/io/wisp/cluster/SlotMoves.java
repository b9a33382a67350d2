// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the log of a shard says of slots that moved to it and away from it: all that has happened,
 * and the move that is under way in each direction. It follows from the steps in the log alone, so
 * all members of the shard know the same behind the same entry. It never changes; the next step
 * makes another one.
 *
 * @param fileEpoch the epoch of the file beside which this holds; 0 if nothing has moved
 * @param importing the move by which slots come, or null
 * @param leaving the move by which slots go, and because of which the shard does not serve them
 *     now; or null
 * @param owners who has each slot that has come or gone, by its number; and of one whose copies may
 *     have come, who had it, with the epoch 0
 */
public record SlotMoves(
    long fileEpoch,
    @Nullable Move importing,
    @Nullable Move leaving,
    SortedMap<Integer, Owner> owners) {

  /** Nothing has moved. */
  public static final SlotMoves NONE =
      new SlotMoves(0, null, null, Collections.unmodifiableSortedMap(new TreeMap<>()));

  /**
   * A move under way.
   *
   * @param shard the other one of the two
   * @param epoch that the slots will have
   */
  public record Move(long id, List<SlotRange> slots, String shard, long epoch) {

    /** Whether a slot is among those that move. */
    public boolean has(int slot) {
      return SlotRange.haveAny(slots, slot);
    }

    private String text(String name) {
      return "%s %s %s %s %s\n".formatted(name, id, SlotRange.textOf(slots), shard, epoch);
    }
  }

  /**
   * Who has a slot.
   *
   * @param epoch greater with each move of the slot, and 0 before the first
   */
  public record Owner(String shard, long epoch) {}

  private static final String FILE = "file";
  private static final String IMPORTING = "importing";
  private static final String LEAVING = "leaving";
  private static final String OWNER = "owner";

  /** What the slot's last move of which the log knows gave it; 0 if there was none. */
  public long epochOf(int slot) {
    Owner owner = owners.get(slot);
    return owner == null ? 0 : owner.epoch();
  }

  /**
   * Why a step cannot follow, in words; or null if it can. Who has the slots by the file is for the
   * map to say.
   */
  public @Nullable String refusalOf(SlotChange change) {
    if (change.fileEpoch() < fileEpoch) {
      return "the shard goes by a later file of the cluster";
    }
    SlotMoves before = beside(change.fileEpoch());
    return switch (change.kind()) {
      case DROP -> null;
      case IMPORT -> before.refusalOfEpoch(change);
      case TAKE -> refusalOf(change, before.importing, "comes here");
      case LEAVE ->
          before.leaving == null ? before.refusalOfEpoch(change) : "another move is to end first";
      case KEEP, GIVE -> refusalOf(change, before.leaving, "is being handed over");
    };
  }

  /** A step that comes late may be of a move that others have followed. */
  private @Nullable String refusalOfEpoch(SlotChange change) {
    for (SlotRange range : change.slots()) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        if (epochOf(slot) >= change.epoch()) {
          return "slot " + slot + " has the epoch " + epochOf(slot) + " already";
        }
      }
    }
    return null;
  }

  private static @Nullable String refusalOf(
      SlotChange change, @Nullable Move underWay, String what) {
    return underWay != null && underWay.id() == change.id()
        ? null
        : "nothing " + what + " by move " + change.id();
  }

  /** What holds behind a step: the same as before if the step cannot follow. */
  public SlotMoves after(SlotChange change) {
    if (refusalOf(change) != null) {
      return this;
    }
    SlotMoves before = beside(change.fileEpoch());
    return switch (change.kind()) {
      case IMPORT -> before.knowing(change).with(move(change), before.leaving);
      case DROP -> before.isImporting(change.id()) ? before.with(null, before.leaving) : before;
      case TAKE -> before.having(before.importing, change.shard()).with(null, before.leaving);
      case LEAVE -> before.with(before.importing, move(change));
      case KEEP -> before.with(before.importing, null);
      case GIVE -> before.havingGiven().with(before.importing, null);
    };
  }

  private static Move move(SlotChange change) {
    return new Move(change.id(), change.slots(), change.shard(), change.epoch());
  }

  /** By a later file slots are where that puts them. */
  private SlotMoves beside(long file) {
    return file == fileEpoch ? this : new SlotMoves(file, null, null, NONE.owners);
  }

  private SlotMoves with(@Nullable Move importing, @Nullable Move leaving) {
    return new SlotMoves(fileEpoch, importing, leaving, owners);
  }

  /** Copies may stay when the move comes to nothing: whoever removes some goes by the owners. */
  private SlotMoves knowing(SlotChange change) {
    SortedMap<Integer, Owner> next = new TreeMap<>(owners);
    Owner source = new Owner(change.shard(), 0);
    for (SlotRange range : change.slots()) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        next.putIfAbsent(slot, source);
      }
    }
    return new SlotMoves(fileEpoch, importing, leaving, Collections.unmodifiableSortedMap(next));
  }

  private boolean isImporting(long id) {
    return importing != null && importing.id() == id;
  }

  private SlotMoves havingGiven() {
    return leaving == null ? this : having(leaving, leaving.shard());
  }

  private SlotMoves having(@Nullable Move done, String shard) {
    if (done == null) {
      return this;
    }
    SortedMap<Integer, Owner> next = new TreeMap<>(owners);
    Owner owner = new Owner(shard, done.epoch());
    for (SlotRange range : done.slots()) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        next.put(slot, owner);
      }
    }
    return new SlotMoves(fileEpoch, importing, leaving, Collections.unmodifiableSortedMap(next));
  }

  /** What holds when all records were removed: copies that had come are gone too. */
  public SlotMoves cleared() {
    return importing == null ? this : with(null, leaving);
  }

  /** Whether records of a slot may be here because of moves, whoever has the slot now. */
  public boolean mayHaveCopies(int slot) {
    return owners.containsKey(slot);
  }

  /** The slots of each owner. */
  Map<Owner, List<SlotRange>> slotsOfOwners() {
    Map<Owner, List<SlotRange>> slots = new LinkedHashMap<>();
    owners.forEach(
        (slot, owner) ->
            slots.computeIfAbsent(owner, _ -> new ArrayList<>()).add(new SlotRange(slot, slot)));
    slots.replaceAll((_, each) -> SlotRange.joined(each));
    return slots;
  }

  /** As {@link #parse} reads it: lines; empty if nothing has moved. */
  public String text() {
    if (fileEpoch == 0) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    text.append(FILE).append(' ').append(fileEpoch).append('\n');
    if (importing != null) {
      text.append(importing.text(IMPORTING));
    }
    if (leaving != null) {
      text.append(leaving.text(LEAVING));
    }
    slotsOfOwners()
        .forEach(
            (owner, slots) ->
                text.append(
                    "%s %s %s %s\n"
                        .formatted(OWNER, SlotRange.textOf(slots), owner.shard(), owner.epoch())));
    return text.toString();
  }

  /**
   * Reads what {@link #text} has written.
   *
   * @throws IllegalArgumentException if the text is nothing of the kind; the message is a sentence
   */
  public static SlotMoves parse(String text) {
    SlotMoves moves = NONE;
    SortedMap<Integer, Owner> owners = new TreeMap<>();
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", -1);
      try {
        switch (words[0]) {
          case FILE -> moves = moves.beside(Long.parseLong(words[1]));
          case IMPORTING -> moves = moves.with(move(words), moves.leaving);
          case LEAVING -> moves = moves.with(moves.importing, move(words));
          case OWNER -> addOwner(words, owners);
          default -> throw new IllegalArgumentException("nothing is called " + words[0]);
        }
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new IllegalArgumentException(
            "\"" + line + "\" says nothing of moves of slots: " + e.getMessage(), e);
      }
    }
    return new SlotMoves(
        moves.fileEpoch, moves.importing, moves.leaving, Collections.unmodifiableSortedMap(owners));
  }

  private static Move move(String[] words) {
    return new Move(
        Long.parseLong(words[1]), SlotRange.parseAll(words[2]), words[3], Long.parseLong(words[4]));
  }

  private static void addOwner(String[] words, SortedMap<Integer, Owner> owners) {
    Owner owner = new Owner(words[2], Long.parseLong(words[3]));
    for (SlotRange range : SlotRange.parseAll(words[1])) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        owners.put(slot, owner);
      }
    }
  }
}
