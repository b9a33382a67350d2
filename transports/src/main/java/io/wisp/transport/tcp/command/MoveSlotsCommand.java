// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotChange;
import io.wisp.cluster.SlotChange.Kind;
import io.wisp.cluster.SlotMoves;
import io.wisp.cluster.SlotRange;
import io.wisp.transport.tcp.command.Command.Handler;
import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MOVESLOTS: the steps by which {@code ./wisp cluster move} has slots go from a shard to another.
 * Each is let in as a write is: so it sees all that was written before, nothing is written between
 * what it sees and what it decides, and only the master of a shard carries it out. SLOTS.md says
 * which steps follow each other, and why.
 */
final class MoveSlotsCommand {

  /** What a node says that does not know any more what was written since a copy began. */
  static final String LOST = "MOVELOST the copy of the slots is not whole any more: begin anew";

  private static final String NO_LOG =
      "ERR slots move between nodes that log their writes: start them with --data";

  private MoveSlotsCommand() {}

  /** A step, where the server is a node of a cluster and logs its writes. */
  private interface Step {

    void execute(CommandRequest request, ClusterMember member, SlotLog log);
  }

  static Handler handler() {
    return new Subcommands(
        "MOVESLOTS",
        of("STATE", 2, "What the log says of moves.", MoveSlotsCommand::state),
        of("IMPORT", 6, "Takes copies: move, slots, source, epoch.", MoveSlotsCommand::importing),
        of("CLEAN", 4, "Removes old copies: move, cursor.", SlotCopies::clean),
        of("STORE", -6, "Stores copies: move, key, expiry, value ...", SlotCopies::store),
        of("TAKE", 3, "Serves what was copied: move.", MoveSlotsCommand::take),
        of("DROP", 3, "Never serves it: move.", MoveSlotsCommand::drop),
        of("TRACK", 4, "Notes what is written: move, slots.", MoveSlotsCommand::track),
        of("READ", 4, "Gives records: move, cursor.", SlotCopies::read),
        of("CHANGES", 3, "Gives what was written: move.", SlotCopies::changes),
        of("LEAVE", 6, "Serves no more: move, slots, target, epoch.", MoveSlotsCommand::leave),
        of("KEEP", 3, "Serves again: move.", MoveSlotsCommand::keep),
        of("GIVE", 3, "Knows the target has them: move.", MoveSlotsCommand::give),
        of("PURGE", 3, "Removes what has gone: cursor.", SlotCopies::purge));
  }

  private static Subcommand of(String name, int arity, String help, Step step) {
    return new Subcommand(
        name,
        arity,
        help,
        ClusterCommand.ofNode(
            (request, member) -> {
              SlotLog log = request.slotLog();
              if (log == null) {
                request.fail(NO_LOG);
              } else {
                request.execution().countAsStep();
                step.execute(request, member, log);
              }
            }));
  }

  static void state(CommandRequest request, ClusterMember member, SlotLog log) {
    request.reply().bulk(member.place().moves().text());
  }

  private static void importing(CommandRequest request, ClusterMember member, SlotLog log) {
    begin(Kind.IMPORT, request, member, log);
  }

  private static void leave(CommandRequest request, ClusterMember member, SlotLog log) {
    begin(Kind.LEAVE, request, member, log);
  }

  private static void take(CommandRequest request, ClusterMember member, SlotLog log) {
    goOn(Kind.TAKE, request, member, log);
  }

  private static void drop(CommandRequest request, ClusterMember member, SlotLog log) {
    goOn(Kind.DROP, request, member, log);
  }

  private static void keep(CommandRequest request, ClusterMember member, SlotLog log) {
    goOn(Kind.KEEP, request, member, log);
  }

  private static void give(CommandRequest request, ClusterMember member, SlotLog log) {
    goOn(Kind.GIVE, request, member, log);
  }

  static void track(CommandRequest request, ClusterMember member, SlotLog log) {
    long move = move(request);
    List<SlotRange> slots = move == 0 ? null : slots(request);
    if (slots != null) {
      log.changedKeys().begin(move, slots);
      // An entry: one of before, of which nobody knows whether it happens, has no place behind it.
      // Otherwise that could happen when its keys were read, and would not be noted.
      append(SlotChange.of(Kind.DROP, member.place().map().epoch(), move), request, log);
    }
  }

  /** A step that says which slots move, and where the other end is. */
  private static void begin(Kind kind, CommandRequest request, ClusterMember member, SlotLog log) {
    long move = move(request);
    List<SlotRange> slots = move == 0 ? null : slots(request);
    if (slots == null) {
      return;
    }
    if (kind == Kind.LEAVE && !log.changedKeys().follows(move, slots)) {
      request.fail(LOST);
      return;
    }
    ClusterMember.Place place = member.place();
    String shard = request.arguments().quoted(4);
    if (!request.arguments().isNumber(5)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    long epoch = request.arguments().number();
    String refusal = refusalOf(slots, shard, place);
    if (refusal == null && kind == Kind.LEAVE && member.hasReplicas() && leavesNone(slots, place)) {
      refusal = "a shard with replicas keeps a slot at least";
    }
    if (refusal != null) {
      request.fail("ERR " + refusal);
      return;
    }
    String hindrance = hindranceOf(kind, slots, shard, epoch, place);
    if (hindrance == null) {
      append(new SlotChange(kind, place.map().epoch(), move, slots, shard, epoch), request, log);
    } else {
      // Another move of the slots, or of the shard, may be why.
      request.fail("MOVELOST " + hindrance);
    }
  }

  /** A step of a move that has begun. */
  private static void goOn(Kind kind, CommandRequest request, ClusterMember member, SlotLog log) {
    long move = move(request);
    if (move == 0) {
      return;
    }
    ClusterMember.Place place = member.place();
    long file = place.map().epoch();
    SlotChange change =
        kind == Kind.TAKE
            ? new SlotChange(kind, file, move, List.of(), ownShard(place), 0)
            : SlotChange.of(kind, file, move);
    String refusal = place.moves().refusalOf(change);
    if (refusal == null) {
      if (log.changedKeys().follows(move)) {
        // The source has no more to send.
        log.changedKeys().lose();
      }
      append(change, request, log);
    } else {
      // Somebody else may have ended the move.
      request.fail("MOVELOST " + refusal);
    }
  }

  private static void append(SlotChange change, CommandRequest request, SlotLog log) {
    if (log.append(change)) {
      request.reply().ok();
    } else {
      request.fail(Errors.SLOTS_LEAVE);
    }
  }

  /** What is wrong with a step that begins, whatever moves; or null. */
  private static @Nullable String refusalOf(
      List<SlotRange> slots, String shard, ClusterMember.Place place) {
    if (slots.isEmpty()) {
      return "no slots are named";
    }
    boolean isOther =
        place.map().masterOf(shard) != ClusterMap.NOBODY && !shard.equals(ownShard(place));
    return isOther ? null : "the cluster has no other shard " + shard;
  }

  /** What keeps it from happening now, or null. */
  private static @Nullable String hindranceOf(
      Kind kind, List<SlotRange> slots, String shard, long epoch, ClusterMember.Place place) {
    ClusterMap map = place.map();
    for (SlotRange range : slots) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        if (place.isOfShard(slot) != (kind == Kind.LEAVE)) {
          return "slot %s is %s".formatted(slot, nameOfOwner(map.ownerOf(slot)));
        }
        if (epoch <= map.slotEpoch(slot)) {
          return "slot %s has the epoch %s already".formatted(slot, map.slotEpoch(slot));
        }
      }
    }
    return place.moves().refusalOf(new SlotChange(kind, map.epoch(), 1, slots, shard, epoch));
  }

  private static String nameOfOwner(@Nullable ClusterNode owner) {
    return owner == null ? "nobody's" : "that of " + owner.name();
  }

  private static boolean leavesNone(List<SlotRange> slots, ClusterMember.Place place) {
    for (int slot = 0; slot < KeySlot.COUNT; slot++) {
      if (place.isOfShard(slot) && !SlotRange.haveAny(slots, slot)) {
        return false;
      }
    }
    return true;
  }

  private static String ownShard(ClusterMember.Place place) {
    return place.map().nodes().get(place.index()).shard();
  }

  /** The number of the move, which is greater than 0; 0 if it is none, and that was replied. */
  static long move(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (!arguments.isNumber(2) || arguments.number() <= 0) {
      request.fail(Errors.NOT_AN_INTEGER);
      return 0;
    }
    return arguments.number();
  }

  /** The slots that a step names; null if these are none, and that was replied. */
  private static @Nullable List<SlotRange> slots(CommandRequest request) {
    Arguments arguments = request.arguments();
    int length = arguments.length(3);
    if (length > Arguments.MAX_TEXT_LENGTH) {
      request.fail(Errors.argumentTooLong(length, Arguments.MAX_TEXT_LENGTH));
      return null;
    }
    try {
      List<SlotRange> ranges = SlotRange.parseAll(arguments.text(3));
      int count = ranges.stream().mapToInt(range -> range.last() - range.first() + 1).sum();
      if (count <= KeySlot.COUNT) {
        return ranges;
      }
      request.fail("ERR of %s slots %s are named".formatted(KeySlot.COUNT, count));
      return null;
    } catch (IllegalArgumentException e) {
      // What that says may be as long as the argument.
      request.fail("ERR slots are written as 0-99 or 0-99,7000, and not as " + arguments.quoted(3));
      return null;
    }
  }

  /** Whether slots come here by a move. */
  static boolean isImporting(SlotMoves moves, long move) {
    SlotMoves.Move importing = moves.importing();
    return importing != null && importing.id() == move;
  }
}
