// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotMoves;
import io.wisp.cluster.SlotRange;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Has slots go from a shard to another while both serve. It asks the masters of both for one step
 * after the other, and carries the records; what has happened, and who serves a slot, their logs
 * say and not this. So it may end at any moment: whoever moves the same slots next finds out how
 * far it came, and goes on or begins anew. When a node ends, or another one becomes the master, it
 * does so by itself. SLOTS.md has the steps.
 *
 * <p>It belongs to one thread.
 */
public final class SlotMover {

  /** How often a copy begins anew. */
  private static final int MOST_COPIES = 20;

  /** So long a move by another command may take to end when the source has given up the slots. */
  private static final long OTHERS_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** At least, and less than twice as long: so that two commands begin anew apart. */
  private static final long PAUSE_MILLIS = 200;

  /**
   * What a move has come to.
   *
   * @param records that were copied, those included that were copied again because they were
   *     written meanwhile
   * @param refusedMillis for how long nobody served the slots
   */
  public record Report(long records, long refusedMillis) {}

  private final ShardMasters masters;
  private final Duration patience;
  private long records;
  private long refusedNanos;
  private int copies;

  /** The shards of the nodes that were named, once they are known. */
  private @Nullable String sourceShard;

  private @Nullable String targetShard;

  /** The number of the last copy. */
  private long id;

  /**
   * One that moves nothing yet.
   *
   * @param server any node of the cluster
   * @param password of all nodes, or null
   * @param timeout how long an answer may take
   * @param patience how long a node may be gone
   */
  public SlotMover(
      Endpoint server, @Nullable String password, Duration timeout, Duration patience) {
    masters = new ShardMasters(server, password, timeout);
    this.patience = patience;
  }

  /**
   * Moves slots. Those that the target has already are left out.
   *
   * @param from a node of the shard that has them
   * @param to a node of the shard that is to have them
   * @throws TransportException if not all could be moved; the message says why, and whether to ask
   *     again may help
   */
  public Report move(List<SlotRange> slots, String from, String to) {
    records = 0;
    refusedNanos = 0;
    copies = 0;
    sourceShard = null;
    targetShard = null;
    IOException hindrance = null;
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      int copiesBefore = copies;
      try {
        attempt(slots, from, to, hindrance);
        return new Report(records, TimeUnit.NANOSECONDS.toMillis(refusedNanos));
      } catch (IOException e) {
        boolean isLasting = e instanceof NodeErrorException error && !error.isPassing();
        if (copies > copiesBefore) {
          // Whoever got so far as to copy has met all nodes.
          end = System.nanoTime() + patience.toNanos();
          hindrance = isLasting || copies == MOST_COPIES ? e : null;
        } else if ((isLasting && copies == 0) || System.nanoTime() - end >= 0) {
          throw notMoved(
              e,
              copies == 0 && isLasting
                  ? "when that is mended, ask for the same move again"
                  : "some of them may be served by nobody until the same move is asked for again");
        }
      }
      pause();
    }
  }

  private static TransportException notMoved(IOException why, String whatNow) {
    return new TransportException(
        "not all of the slots were moved: %s. Nothing is lost; %s"
            .formatted(why.getMessage(), whatNow),
        why);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(
          PAUSE_MILLIS + ThreadLocalRandom.current().nextLong(PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("the move was interrupted", e);
    }
  }

  /** Null hinders nothing; what else does is why the move is given up, unless it is done. */
  private void attempt(
      List<SlotRange> slots, String from, String to, @Nullable IOException hindrance)
      throws IOException {
    ClusterMap known = masters.ask();
    // Once: the members that were named may be removed while slots move.
    String sourceShard =
        Objects.requireNonNullElseGet(this.sourceShard, () -> shardOf(from, known));
    String targetShard = Objects.requireNonNullElseGet(this.targetShard, () -> shardOf(to, known));
    this.sourceShard = sourceShard;
    this.targetShard = targetShard;
    if (sourceShard.equals(targetShard)) {
      throw new TransportException(from + " and " + to + " have the same slots already");
    }
    try (NodeWire source = masters.of(sourceShard, known);
        NodeWire target = masters.of(targetShard, known)) {
      var _ = masters.learn(source, sourceShard);
      var _ = masters.learn(target, targetShard);
      settle(source, known);
      // Else it keeps to slots that it has given up by a move which nobody has ended.
      settle(target, known);
      var _ = masters.learn(target, targetShard);
      ClusterMap now = masters.learn(source, sourceShard);
      List<SlotRange> left = stillAt(now, sourceShard, targetShard, slots);
      if (!left.isEmpty() && hindrance != null) {
        giveUp(source, target);
        throw notMoved(
            hindrance, sourceShard + " serves them; ask for the same move when that is mended");
      }
      if (!left.isEmpty()) {
        move(left, 1 + greatestEpoch(left, now), sourceShard, targetShard, source, target);
      }
      source.walk("MOVESLOTS", "PURGE");
    }
  }

  /** The source serves the slots on. It notes no more of them, and the target keeps no copies. */
  private void giveUp(NodeWire source, NodeWire target) throws IOException {
    var _ = source.call("MOVESLOTS", "DROP", id);
    var _ = target.call("MOVESLOTS", "DROP", id);
    target.walk("MOVESLOTS", "PURGE");
  }

  private static String shardOf(String name, ClusterMap known) {
    int index = known.indexOf(name);
    if (index < 0) {
      throw new TransportException("the cluster has no node " + name);
    }
    return known.nodes().get(index).shard();
  }

  /** Ends a move that was left between the moment when the source gave up and that when it knew. */
  private void settle(NodeWire source, ClusterMap known) throws IOException {
    SlotMoves.Move leaving = leaving(source);
    if (leaving == null) {
      return;
    }
    boolean isTaken;
    try (NodeWire target = masters.of(leaving.shard(), known)) {
      var _ = masters.learn(target, leaving.shard());
      // From now on it takes no more, so that what its log says next is the last word.
      var _ = target.call("MOVESLOTS", "DROP", leaving.id());
      int slot = leaving.slots().getFirst().first();
      isTaken = ShardMasters.state(target).epochOf(slot) >= leaving.epoch();
    }
    var _ = source.call("MOVESLOTS", isTaken ? "GIVE" : "KEEP", leaving.id());
  }

  /** What is leaving the source; another command that is at work has time to end it. */
  private SlotMoves.@Nullable Move leaving(NodeWire source) throws IOException {
    long end = System.nanoTime() + OTHERS_NANOS;
    SlotMoves.Move leaving = ShardMasters.state(source).leaving();
    while (leaving != null && leaving.id() != id && System.nanoTime() - end < 0) {
      pause();
      leaving = ShardMasters.state(source).leaving();
    }
    return leaving;
  }

  /** Those of some slots that the source has; the target has the others. */
  private static List<SlotRange> stillAt(
      ClusterMap now, String sourceShard, String targetShard, List<SlotRange> slots) {
    List<SlotRange> left = new ArrayList<>();
    for (SlotRange range : slots) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        ClusterNode owner = now.ownerOf(slot);
        String shard = owner == null ? "" : owner.shard();
        if (shard.equals(sourceShard)) {
          add(slot, left);
        } else if (!shard.equals(targetShard)) {
          throw new TransportException(
              "slot %s is %s, and not that of %s"
                  .formatted(
                      slot, owner == null ? "nobody's" : "that of " + owner.name(), sourceShard));
        }
      }
    }
    return left;
  }

  private static void add(int slot, List<SlotRange> ranges) {
    if (!ranges.isEmpty() && ranges.getLast().last() + 1 == slot) {
      ranges.addLast(new SlotRange(ranges.removeLast().first(), slot));
    } else {
      ranges.addLast(new SlotRange(slot, slot));
    }
  }

  private void move(
      List<SlotRange> slots,
      long epoch,
      String sourceShard,
      String targetShard,
      NodeWire source,
      NodeWire target)
      throws IOException {
    copies++;
    id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    String text = SlotRange.textOf(slots);
    SlotCopy copy = new SlotCopy(id, source, target);
    try {
      var _ = target.call("MOVESLOTS", "IMPORT", id, text, sourceShard, epoch);
      target.walk("MOVESLOTS", "CLEAN", id);
      var _ = source.call("MOVESLOTS", "TRACK", id, text);
      // One of which nobody knew whether it happens is behind TRACK's entry now, or never.
      if (ShardMasters.state(source).leaving() != null) {
        throw new IOException("another move has begun to hand over slots");
      }
      copy.all();
      copy.catchUp();
      long began = System.nanoTime();
      var _ = source.call("MOVESLOTS", "LEAVE", id, text, targetShard, epoch);
      copy.rest();
      var _ = target.call("MOVESLOTS", "TAKE", id);
      refusedNanos = System.nanoTime() - began;
      var _ = source.call("MOVESLOTS", "GIVE", id);
    } finally {
      records += copy.records();
    }
  }

  private static long greatestEpoch(List<SlotRange> slots, ClusterMap known) {
    long greatest = 0;
    for (SlotRange range : slots) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        greatest = Math.max(greatest, known.slotEpoch(slot));
      }
    }
    return greatest;
  }
}
