// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotMoves;
import io.wisp.store.Limits;
import io.wisp.transport.tcp.command.Command.Access;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import org.jspecify.annotations.Nullable;

/**
 * What a node of a cluster asks of a command, as Redis does: that all its keys are of one slot, and
 * that this node has it; if it may be a replica, of commands about all keys as well. What a
 * transaction queues counts as one command when EXEC comes. One serves all sessions of a thread;
 * for keys that are this node's it allocates nothing.
 */
public final class SlotCheck {

  /** {@link #slot} of a command that has none, or that this node does not carry out. */
  public static final int NO_SLOT = ClientTransaction.NO_SLOT;

  private final ClusterMember member;
  private final KeyPositions keys;

  /** The slot of the command that was looked at last, if it has one, and its epoch then. */
  private int slot = NO_SLOT;

  private long epoch;

  /** The check of a node, of the commands of a table. */
  public SlotCheck(ClusterMember member, CommandTable commands) {
    this.member = member;
    keys = new KeyPositions(commands);
  }

  /**
   * Why this node does not carry out a command, for its client; or null if it does, or if the
   * command will be refused for another reason.
   *
   * @param arguments of the command, its name included
   * @param transaction of its client, which notes the slot if the command is to be queued
   * @param isAsking whether its client was sent here because the slot is on its way
   */
  public @Nullable String redirectionOf(
      Command command, Arguments arguments, ClientTransaction transaction, boolean isAsking) {
    slot = NO_SLOT;
    if (command.isExec()) {
      if (!transaction.isOpen()) {
        return null;
      }
      int queued = transaction.slot();
      return queued == NO_SLOT
          ? redirectionOfAllKeys(command)
          : redirectionOf(queued, transaction.isAcrossSlots(), isAsking);
    }
    KeyPositions.Outcome outcome = keys.find(command, arguments, 0);
    if (outcome != KeyPositions.Outcome.KEYS) {
      boolean isAboutAll = outcome == KeyPositions.Outcome.NO_KEYS && touchesData(command);
      return isAboutAll ? redirectionOfAllKeys(command) : null;
    }
    int found = NO_SLOT;
    boolean isAcrossSlots = false;
    for (int key = keys.first(); key <= keys.last() && !isAcrossSlots; key += keys.step()) {
      // The command refuses a longer one; to hash all of it would keep others waiting.
      if (arguments.length(key) <= Limits.MAX_KEY_LENGTH) {
        int next = slotOf(arguments, key);
        isAcrossSlots = found != NO_SLOT && next != found;
        found = isAcrossSlots ? found : next;
      }
    }
    if (found == NO_SLOT) {
      return null;
    }
    String redirection = redirectionOf(found, isAcrossSlots, isAsking);
    if (redirection == null && transaction.queues(command)) {
      transaction.noteSlot(found);
    }
    return redirection;
  }

  /** The slot of the command that was looked at last; {@link #NO_SLOT} if none. */
  public int slot() {
    return slot;
  }

  /** The epoch of that slot then. */
  public long epoch() {
    return epoch;
  }

  /**
   * Whether a slot has left this node since it had an epoch here, so that its records may be gone.
   */
  public boolean hasLeft(int ofSlot, long since) {
    ClusterMember.Place place = member.place();
    return !place.isOfShard(ofSlot)
        || place.isLeaving(ofSlot)
        || place.map().slotEpoch(ofSlot) != since;
  }

  private static boolean touchesData(Command command) {
    return command.access() == Access.READ || command.access() == Access.WRITE;
  }

  /** Redis has a replica answer what is about all keys; here it would not have them all. */
  private @Nullable String redirectionOfAllKeys(Command command) {
    ClusterMember.Place place = member.place();
    if (!member.hasReplicas() || place.leads()) {
      // Of slots that leave, the target still wants what was written last.
      boolean isWanted = command.clearsStore() && place.moves().leaving() != null;
      return isWanted ? Errors.SLOTS_LEAVE : null;
    }
    ClusterNode master = place.master();
    return place.settled() && !master.slots().isEmpty()
        ? Errors.moved(master.slots().getFirst().first(), master)
        : Errors.NO_MASTER;
  }

  private @Nullable String redirectionOf(int wanted, boolean isAcrossSlots, boolean isAsking) {
    ClusterMember.Place place = member.place();
    if (!isAcrossSlots && place.serves(wanted)) {
      slot = wanted;
      epoch = place.map().slotEpoch(wanted);
      return null;
    }
    ClusterNode owner = place.map().ownerOf(wanted);
    if (owner == null) {
      return Errors.SLOT_NOT_SERVED;
    }
    if (isAcrossSlots) {
      return Errors.ACROSS_SLOTS;
    }
    if (place.isUnsettled(wanted)) {
      return Errors.NO_MASTER;
    }
    if (place.leads() && place.isOfShard(wanted)) {
      return askTarget(wanted, place);
    }
    return isAsking && place.isImporting(wanted)
        ? Errors.SLOT_ARRIVES
        : Errors.moved(wanted, owner);
  }

  /** Of a slot that is leaving: whether the target serves it already, only that knows. */
  private static String askTarget(int leaving, ClusterMember.Place place) {
    SlotMoves.Move move = place.moves().leaving();
    int target = move == null ? ClusterMap.NOBODY : place.map().masterOf(move.shard());
    return target == ClusterMap.NOBODY
        ? Errors.SLOT_NOT_SERVED
        : Errors.ask(leaving, place.map().nodes().get(target));
  }

  private static int slotOf(Arguments arguments, int index) {
    return KeySlot.of(arguments.memory(), arguments.offset(index), arguments.length(index));
  }
}
