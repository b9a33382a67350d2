// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
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

  private final ClusterMember member;
  private final KeyPositions keys;

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
   */
  public @Nullable String redirectionOf(
      Command command, Arguments arguments, ClientTransaction transaction) {
    if (command.isExec()) {
      if (!transaction.isOpen()) {
        return null;
      }
      int slot = transaction.slot();
      return slot == ClientTransaction.NO_SLOT
          ? redirectionOfAllKeys()
          : redirectionOf(slot, transaction.isAcrossSlots());
    }
    KeyPositions.Outcome outcome = keys.find(command, arguments, 0);
    if (outcome != KeyPositions.Outcome.KEYS) {
      boolean isAboutAll = outcome == KeyPositions.Outcome.NO_KEYS && touchesData(command);
      return isAboutAll ? redirectionOfAllKeys() : null;
    }
    int slot = ClientTransaction.NO_SLOT;
    boolean isAcrossSlots = false;
    for (int key = keys.first(); key <= keys.last() && !isAcrossSlots; key += keys.step()) {
      // The command refuses a longer one; to hash all of it would keep others waiting.
      if (arguments.length(key) <= Limits.MAX_KEY_LENGTH) {
        int next = slotOf(arguments, key);
        isAcrossSlots = slot != ClientTransaction.NO_SLOT && next != slot;
        slot = isAcrossSlots ? slot : next;
      }
    }
    if (slot == ClientTransaction.NO_SLOT) {
      return null;
    }
    String redirection = redirectionOf(slot, isAcrossSlots);
    if (redirection == null && transaction.queues(command)) {
      transaction.noteSlot(slot);
    }
    return redirection;
  }

  private static boolean touchesData(Command command) {
    return command.access() == Access.READ || command.access() == Access.WRITE;
  }

  /** Redis has a replica answer what is about all keys; here it would not have them all. */
  private @Nullable String redirectionOfAllKeys() {
    ClusterMember.Place place = member.place();
    if (!member.hasReplicas() || place.leads()) {
      return null;
    }
    ClusterNode master = place.master();
    return place.settled()
        ? Errors.moved(master.slots().getFirst().first(), master)
        : Errors.NO_MASTER;
  }

  private @Nullable String redirectionOf(int slot, boolean isAcrossSlots) {
    ClusterMember.Place place = member.place();
    if (!isAcrossSlots && place.serves(slot)) {
      return null;
    }
    ClusterNode owner = place.map().ownerOf(slot);
    if (owner == null) {
      return Errors.SLOT_NOT_SERVED;
    }
    if (isAcrossSlots) {
      return Errors.ACROSS_SLOTS;
    }
    return place.isUnsettled(slot) ? Errors.NO_MASTER : Errors.moved(slot, owner);
  }

  private static int slotOf(Arguments arguments, int index) {
    return KeySlot.of(arguments.memory(), arguments.offset(index), arguments.length(index));
  }
}
