// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.SlotChange.Kind;
import io.wisp.testing.Draw;
import io.wisp.testing.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SlotMovesTest {

  private static final List<SlotRange> SLOTS = SlotRange.parseAll("10-19,30");

  private static ClusterMap map() {
    return new ClusterMap(
        1,
        List.of(
            new ClusterNode("a", "10.0.0.1", 1, SlotRange.parseAll("0-99")),
            new ClusterNode("b", "10.0.0.1", 2, SlotRange.parseAll("100-199")),
            new ClusterNode("c", "10.0.0.1", 3, SlotRange.parseAll("200"))));
  }

  /** A node alone, and what its log has. */
  private static final class Shard {
    private final String name;
    private final ClusterMember member;
    private final SlotLedger ledger;

    Shard(String name) {
      this.name = name;
      member = new ClusterMember(name, map());
      ledger = new SlotLedger(member);
    }

    boolean serves(int slot) {
      return member.place().serves(slot);
    }

    /** As a master does, who refuses what cannot follow. */
    boolean apply(SlotChange change) {
      boolean follows = ledger.moves().refusalOf(change) == null;
      SlotMoves before = ledger.moves();
      ledger.apply(change);
      if (!follows) {
        assertThat(ledger.moves()).isEqualTo(before);
      }
      return follows;
    }

    boolean step(Kind kind, long id) {
      return apply(
          kind == Kind.TAKE
              ? new SlotChange(kind, 1, id, List.of(), name, 0)
              : SlotChange.of(kind, 1, id));
    }
  }

  private static SlotChange begin(Kind kind, long id, String other, long epoch) {
    return new SlotChange(kind, 1, id, SLOTS, other, epoch);
  }

  @Test
  void shouldServeASlotAtOneShardAfterTheOther() {
    Shard a = new Shard("a");
    Shard b = new Shard("b");
    assertThat(b.apply(begin(Kind.IMPORT, 7, "a", 1))).isTrue();
    assertThat(a.serves(10)).isTrue();
    assertThat(b.serves(10)).isFalse();
    assertThat(b.member.place().isImporting(30)).isTrue();
    assertThat(b.member.place().isImporting(29)).isFalse();
    assertThat(a.apply(begin(Kind.LEAVE, 7, "b", 1))).isTrue();
    assertThat(a.serves(10)).isFalse();
    assertThat(a.serves(20)).isTrue();
    assertThat(a.member.place().isLeaving(10)).isTrue();
    assertThat(a.member.place().isOfShard(10)).isTrue();
    assertThat(b.step(Kind.TAKE, 7)).isTrue();
    assertThat(b.serves(10)).isTrue();
    assertThat(b.serves(30)).isTrue();
    assertThat(b.serves(20)).isFalse();
    assertThat(a.step(Kind.GIVE, 7)).isTrue();
    assertThat(a.member.map().ownerIndex(30)).isEqualTo(1);
    assertThat(a.member.map().ownerIndex(20)).isZero();
    assertThat(a.member.map().slotEpoch(30)).isEqualTo(1);
    assertThat(a.member.map().digest()).isEqualTo(map().digest());
    assertThat(a.member.map().nodes().getFirst().slots()).hasToString("[0-9, 20-29, 31-99]");
    assertThat(a.step(Kind.KEEP, 7)).isFalse();
    assertThat(b.step(Kind.DROP, 7)).isTrue();
    assertThat(b.serves(10)).isTrue();
  }

  @Test
  void shouldServeAgainWhatTheTargetDidNotTake() {
    Shard a = new Shard("a");
    Shard b = new Shard("b");
    b.apply(begin(Kind.IMPORT, 7, "a", 1));
    a.apply(begin(Kind.LEAVE, 7, "b", 1));
    assertThat(a.apply(begin(Kind.LEAVE, 8, "c", 2))).isFalse();
    assertThat(b.step(Kind.DROP, 7)).isTrue();
    assertThat(a.step(Kind.KEEP, 7)).isTrue();
    assertThat(a.serves(10)).isTrue();
    assertThat(b.step(Kind.TAKE, 7)).isFalse();
    assertThat(b.serves(10)).isFalse();
  }

  @Test
  void shouldKnowOfWhichSlotsThereMayBeCopies() {
    Shard b = new Shard("b");
    b.apply(begin(Kind.IMPORT, 7, "a", 1));
    b.step(Kind.DROP, 7);
    SlotMoves moves = SlotMoves.parse(b.ledger.moves().text());
    assertThat(moves.mayHaveCopies(10)).isTrue();
    assertThat(moves.mayHaveCopies(20)).isFalse();
    assertThat(b.member.map().ownerIndex(10)).isZero();
    assertThat(b.member.map().moves()).isZero();
  }

  @Test
  void shouldNotTakeWhatWasRemovedOrReplaced() {
    Shard b = new Shard("b");
    b.apply(begin(Kind.IMPORT, 7, "a", 1));
    b.ledger.clear();
    assertThat(b.step(Kind.TAKE, 7)).isFalse();
    b.apply(begin(Kind.IMPORT, 8, "a", 1));
    b.apply(begin(Kind.IMPORT, 9, "a", 1));
    assertThat(b.step(Kind.TAKE, 8)).isFalse();
    assertThat(b.step(Kind.TAKE, 9)).isTrue();
  }

  @Test
  void shouldForgetMovesBesideALaterFile() {
    Shard a = new Shard("a");
    a.apply(begin(Kind.LEAVE, 7, "b", 1));
    a.step(Kind.GIVE, 7);
    SlotMoves before = a.ledger.moves();
    SlotMoves later = before.after(new SlotChange(Kind.IMPORT, 2, 8, SLOTS, "b", 1));
    assertThat(later.epochOf(10)).isZero();
    assertThat(later.refusalOf(begin(Kind.IMPORT, 9, "b", 2))).contains("a later file");
    ClusterMember other = new ClusterMember("a", new ClusterMap(3, map().nodes()));
    other.follow(before);
    assertThat(other.place().serves(10)).isTrue();
    assertThat(other.misplaced()).isEqualTo(SLOTS);
    assertThat(a.member.misplaced()).isEmpty();
    ClusterMember agreed = new ClusterMember("a", new ClusterMap(3, a.member.map().nodes()));
    agreed.follow(before);
    assertThat(agreed.misplaced()).isEmpty();
  }

  @Test
  void shouldGoByTheLogBesideTheFileOfWhichThatIs() {
    Shard a = new Shard("a");
    SlotChange leave = new SlotChange(Kind.LEAVE, 2, 7, SLOTS, "b", 1);
    a.ledger.apply(leave);
    assertThat(a.serves(10)).isFalse();
    assertThat(a.member.place().moves().refusalOf(begin(Kind.IMPORT, 8, "b", 1)))
        .contains("a later file");
    assertThat(a.member.replace(new ClusterMap(2, map().nodes()))).isTrue();
    assertThat(a.serves(10)).isFalse();
    assertThat(a.serves(20)).isTrue();
    assertThat(a.member.place().moves().refusalOf(SlotChange.of(Kind.KEEP, 2, 7))).isNull();
    assertThat(a.member.replace(new ClusterMap(3, map().nodes()))).isTrue();
    assertThat(a.serves(10)).isTrue();
  }

  @Test
  void shouldReadWhatItHasWritten() {
    assertThat(SlotMoves.parse(SlotMoves.NONE.text())).isEqualTo(SlotMoves.NONE);
    SlotChange change = begin(Kind.LEAVE, 7, "b", 4);
    assertThat(SlotChange.parse(change.text())).isEqualTo(change);
    SlotChange take = new SlotChange(Kind.TAKE, 1, 7, List.of(), "b", 0);
    assertThat(SlotChange.parse(take.text())).isEqualTo(take);
    SlotChange give = SlotChange.of(Kind.GIVE, 1, 7);
    assertThat(SlotChange.parse(give.text())).isEqualTo(give);
    SlotChange toOddName = new SlotChange(Kind.LEAVE, 1, 7, SLOTS, "-", 1);
    assertThat(SlotChange.parse(toOddName.text())).isEqualTo(toOddName);
    assertThatThrownBy(() -> SlotChange.parse("GIVE 1 7"))
        .hasMessage("\"GIVE 1 7\" is no step of a move of slots");
    assertThatThrownBy(() -> SlotChange.parse("LEAVE 1 7 0-20000 b 1"))
        .hasMessageContaining("0-20000 is no range of slots");
    assertThatThrownBy(() -> SlotMoves.parse("file x"))
        .hasMessageContaining("\"file x\" says nothing of moves of slots");
    assertThatThrownBy(() -> SlotMoves.parse("leaving 1"))
        .hasMessageContaining("says nothing of moves of slots");
  }

  @Test
  void shouldTellOfMovesByItsLines() {
    ClusterMap moved = map().withSlots(SLOTS, "b", 3).withSlots(SlotRange.parseAll("200"), "a", 1);
    ClusterMap told = told("a", moved);
    assertThat(told.nodes()).isEqualTo(moved.nodes());
    assertThat(told.digest()).isEqualTo(map().digest());
    assertThat(told.slotEpoch(19)).isEqualTo(3);
    assertThat(told.slotEpoch(200)).isEqualTo(1);
    assertThat(told.moves()).isEqualTo(moved.moves());
    assertThat(told.isOfSameFile(map())).isTrue();
    assertThatThrownBy(() -> map().withSlots(SLOTS, "x", 1))
        .hasMessage("the cluster has no shard x");
  }

  private static ClusterMap told(String node, ClusterMap map) {
    StringBuilder text = new StringBuilder();
    MapLines.of(node, map)
        .forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
    ClusterMap told = MapLines.read(text.toString());
    assertThat(told).isNotNull();
    return told == null ? map : told;
  }

  @Test
  void shouldKnowTheMasterOfAShardOfWhichItKnowsNoSlot() {
    ClusterMap file =
        new ClusterMap(
            1,
            List.of(
                new ClusterNode("a", "10.0.0.1", 1, SlotRange.parseAll("0-99")),
                new ClusterNode("b", "10.0.0.1", 2, SlotRange.parseAll("100")),
                new ClusterNode("d", "10.0.0.1", 4, List.of(), "b"),
                new ClusterNode("c", "10.0.0.1", 3, SlotRange.parseAll("200"))));
    ClusterMember a = new ClusterMember("a", file);
    SlotLedger ledger = new SlotLedger(a);
    List<SlotRange> slots = SlotRange.parseAll("100");
    ledger.apply(new SlotChange(Kind.IMPORT, 1, 7, slots, "b", 1));
    // That b has got another slot meanwhile, nobody has told this node so far.
    ledger.apply(new SlotChange(Kind.TAKE, 1, 7, List.of(), "a", 0));
    assertThat(a.place().serves(100)).isTrue();
    assertThat(a.map().masterOf("b")).isEqualTo(1);
    ClusterMap later = file.withMaster("d", 5).withSlots(SlotRange.parseAll("200"), "b", 1);
    assertThat(a.replace(later)).isTrue();
    assertThat(a.map().masterOf("b")).isEqualTo(2);
    assertThat(a.map().ownerIndex(200)).isEqualTo(2);
    assertThat(a.map().ownerIndex(100)).isZero();
    ClusterMap told = told("a", file.withSlots(slots, "a", 1));
    assertThat(told.masterOf("b")).isEqualTo(1);
    assertThat(told.masterIndex(2)).isEqualTo(1);
  }

  private static List<ClusterNode> nodesOfA(String... names) {
    List<ClusterNode> nodes = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      nodes.add(new ClusterNode(names[i], "10.0.1.1", i + 1, List.of(), "a"));
    }
    return nodes;
  }

  @Test
  void shouldKeepMovesWhenNodesOfAShardChange() {
    ClusterMap moved = map().withSlots(SLOTS, "b", 1).withSlots(SlotRange.parseAll("200"), "a", 1);
    ClusterMap joined = moved.withMembers("a", nodesOfA("e", "a"), 5);
    assertThat(joined.ownerOf(200)).hasToString("a at 10.0.1.1:2");
    assertThat(joined.ownerOf(10)).hasToString("b at 10.0.0.1:2");
    ClusterMap left = joined.withMembers("a", nodesOfA("e"), 6);
    assertThat(left.nodes()).hasSize(3);
    assertThat(left.ownerOf(200)).hasToString("e at 10.0.1.1:1");
    assertThat(left.ownerOf(9)).hasToString("e at 10.0.1.1:1");
    assertThat(left.ownerOf(10)).hasToString("b at 10.0.0.1:2");
    assertThat(left.slotEpoch(200)).isEqualTo(1);
    ClusterMap told = told("e", left);
    assertThat(told.nodes()).isEqualTo(left.nodes());
    assertThat(told.isOfSameFile(map())).isTrue();
  }

  @Test
  void shouldTakeNodesOfOneMapAndMovesOfAnother() {
    ClusterMap one = map().withMembers("a", nodesOfA("e", "f"), 5);
    ClusterMap other = map().withSlots(SLOTS, "b", 1).withSlots(SlotRange.parseAll("200"), "a", 1);
    for (ClusterMap both : List.of(one.mergedWith(other), other.mergedWith(one))) {
      assertThat(both.ownerOf(200)).hasToString("e at 10.0.1.1:1");
      assertThat(both.ownerOf(9)).hasToString("e at 10.0.1.1:1");
      assertThat(both.ownerOf(10)).hasToString("b at 10.0.0.1:2");
      assertThat(both.assignedSlots()).isEqualTo(201);
      assertThat(both.mergedWith(one)).isSameAs(both);
      assertThat(both.mergedWith(other)).isSameAs(both);
    }
  }

  @Test
  void shouldKeepMovesWhenItsOwnShardChanges() {
    ClusterMember a =
        new ClusterMember(
            "a",
            new ClusterMap(
                1,
                List.of(
                    new ClusterNode("a", "10.0.0.1", 1, SlotRange.parseAll("0-99")),
                    new ClusterNode("d", "10.0.0.1", 4, List.of(), "a"),
                    new ClusterNode("b", "10.0.0.1", 2, SlotRange.parseAll("100-199")))));
    a.follow("a", 2, true);
    SlotLedger ledger = new SlotLedger(a);
    ledger.apply(begin(Kind.LEAVE, 7, "b", 1));
    a.share(nodesOfA("a", "e"), 3);
    assertThat(a.place().isLeaving(10)).isTrue();
    assertThat(a.place().serves(20)).isTrue();
    ledger.apply(SlotChange.of(Kind.GIVE, 1, 7));
    a.share(nodesOfA("a"), 4);
    assertThat(a.map().ownerOf(10)).hasToString("b at 10.0.0.1:2");
    assertThat(a.place().serves(20)).isTrue();
    assertThat(a.hasReplicas()).isTrue();
  }

  @Test
  void shouldTakeTheLaterMoveOfEachSlot() {
    ClusterMap one = map().withSlots(SLOTS, "b", 1);
    ClusterMap other = map().withSlots(SlotRange.parseAll("10"), "c", 2);
    ClusterMap both = one.mergedWith(other);
    assertThat(both.ownerIndex(10)).isEqualTo(2);
    assertThat(both.ownerIndex(11)).isEqualTo(1);
    assertThat(other.mergedWith(one).nodes()).isEqualTo(both.nodes());
    assertThat(both.mergedWith(one)).isSameAs(both);
    assertThat(both.moves()).isGreaterThan(one.moves());
    assertThat(both.withSlots(SlotRange.parseAll("10"), "a", 1)).isSameAs(both);
  }

  @Test
  void shouldKnowOfItsOwnSlotsByItsLogAlone() {
    Shard a = new Shard("a");
    assertThat(a.member.replace(map().withSlots(SLOTS, "b", 1))).isFalse();
    assertThat(a.serves(10)).isTrue();
    assertThat(a.member.replace(map().withSlots(SlotRange.parseAll("100"), "a", 1))).isFalse();
    assertThat(a.serves(100)).isFalse();
    assertThat(a.member.replace(map().withSlots(SlotRange.parseAll("100"), "c", 1))).isTrue();
    assertThat(a.member.map().ownerIndex(100)).isEqualTo(2);
  }

  /** Movers that end at any moment, and whose last request may arrive at any later one. */
  private static final class Movers {
    private final Draw draw;
    private final Shard a = new Shard("a");
    private final Shard b = new Shard("b");
    private final List<BooleanSupplier> late = new ArrayList<>();
    private long moves;

    Movers(Draw draw) {
      this.draw = draw;
    }

    private Shard of(String name) {
      return name.equals("a") ? a : b;
    }

    /** Sees to it that no slot is served twice, and that what was written is what is read. */
    private void check() {
      for (int slot : new int[] {10, 19, 30}) {
        assertThat(a.serves(slot) && b.serves(slot)).isFalse();
      }
      for (Shard shard : List.of(a, b)) {
        SlotMoves now = shard.ledger.moves();
        assertThat(SlotMoves.parse(now.text())).isEqualTo(now);
      }
    }

    /** Whether the mover goes on: not if its request is refused, or if it ends in front of that. */
    private boolean goesOn(boolean mayEnd, BooleanSupplier request) {
      while (!late.isEmpty() && draw.anyBoolean()) {
        runLate(draw.ints(0, late.size() - 1));
      }
      if (mayEnd && draw.ints(0, 5) == 0) {
        if (draw.anyBoolean()) {
          late.add(request);
        }
        return false;
      }
      boolean isDone = request.getAsBoolean();
      check();
      return isDone;
    }

    private void runLate(int index) {
      var _ = late.remove(index).getAsBoolean();
      check();
    }

    /** The answer is whether it did all. */
    boolean move(Shard source, Shard target, boolean mayEnd) {
      SlotMoves.Move leaving = source.ledger.moves().leaving();
      if (leaving != null) {
        Shard other = of(leaving.shard());
        if (!goesOn(mayEnd, () -> other.step(Kind.DROP, leaving.id()))) {
          return false;
        }
        boolean isTaken = other.ledger.moves().epochOf(10) >= leaving.epoch();
        Kind last = isTaken ? Kind.GIVE : Kind.KEEP;
        if (!goesOn(mayEnd, () -> source.step(last, leaving.id()))) {
          return false;
        }
      }
      if (!source.member.place().isOfShard(10)) {
        return true;
      }
      long id = ++moves;
      long epoch = 1 + source.member.map().slotEpoch(10);
      return goesOn(mayEnd, () -> target.apply(begin(Kind.IMPORT, id, source.name, epoch)))
          && goesOn(mayEnd, () -> source.apply(begin(Kind.LEAVE, id, target.name, epoch)))
          && goesOn(mayEnd, () -> target.step(Kind.TAKE, id))
          && goesOn(mayEnd, () -> source.step(Kind.GIVE, id));
    }
  }

  @Test
  void shouldNeverServeASlotTwiceWhoeverEndsWhen() {
    Property.check(
        draw -> {
          Movers movers = new Movers(draw);
          for (int round = 0; round < 6; round++) {
            Shard source = movers.a.member.place().isOfShard(10) ? movers.a : movers.b;
            Shard target = source.equals(movers.a) ? movers.b : movers.a;
            int tries = 0;
            while (!movers.move(source, target, tries < 10)) {
              tries++;
            }
            assertThat(movers.a.serves(10) || movers.b.serves(10)).isTrue();
          }
          while (!movers.late.isEmpty()) {
            movers.runLate(movers.late.size() - 1);
          }
        });
  }
}
