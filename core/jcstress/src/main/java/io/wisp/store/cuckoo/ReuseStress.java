// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteTable;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * What a reader may see of a record whose segment is freed and taken again. All records here are of
 * one length, and so long that each has a segment of its own: so the next one gets the pages of the
 * last one that was freed.
 */
public final class ReuseStress {

  private static final int WORDS = 1024;
  private static final Slice KEY = Slice.of("key");
  private static final Slice OTHER = Slice.of("else");
  private static final Slice ONE = Contested.value(1, WORDS);
  private static final Slice TWO = Contested.value(2, WORDS);
  private static final Slice OTHERS = Contested.value(3, WORDS);

  private static final CuckooStore STORE = CuckooStore.open(1 << 20);
  private static final long PLACE = place();
  private static final int LENGTH = RecordLayout.size(OTHER.length(), WORDS * Long.BYTES);

  private ReuseStress() {}

  private static long place() {
    STORE.put(KEY, ONE);
    return Locations.recordOf(STORE, KEY);
  }

  private static void putIntoThePlace(Slice key, Slice value) {
    STORE.put(key, value);
    requireInPlace(key);
  }

  private static void requireInPlace(Slice key) {
    if (Locations.recordOf(STORE, key) != PLACE) {
      throw new AssertionError(
          key + " is at " + Locations.recordOf(STORE, key) + " and not at " + PLACE);
    }
  }

  /** Lets records of the key and of another one take turns in the place. */
  private static void takeTurns() {
    STORE.delete(KEY);
    putIntoThePlace(OTHER, OTHERS);
    STORE.delete(OTHER);
    putIntoThePlace(KEY, TWO);
    STORE.delete(KEY);
    putIntoThePlace(KEY, ONE);
  }

  /** Moves the record away and, after another one was in its place, back. */
  private static void moveAwayAndBack() {
    STORE.table().compactor().relocate(PLACE);
    putIntoThePlace(OTHER, OTHERS);
    STORE.delete(OTHER);
    STORE.table().compactor().relocate(Locations.recordOf(STORE, KEY));
    requireInPlace(KEY);
  }

  /** Reads in this process. */
  private static final class Here {

    private static final Contested.Ends ENDS = new Contested.Ends(WORDS);

    private static void read(JJ_Result result) {
      STORE.get(KEY, ENDS);
      ENDS.report(result);
    }
  }

  /** Reads as if from elsewhere; a lookup that asks the server to answer has seen nothing. */
  private static final class Elsewhere {

    private static final RemoteClient CLIENT =
        new RemoteClient(STORE, RemoteTable.Options.DEFAULT.rememberedAddresses(0));

    private static void read(JJ_Result result) {
      Step step = CLIENT.getAt(KEY, PLACE, LENGTH);
      if (step == Step.HIT) {
        Slice value = CLIENT.value();
        result.r1 = word(value, 0);
        result.r2 = word(value, WORDS - 1);
      } else if (step == Step.FALL_BACK) {
        result.r1 = -1;
        result.r2 = -1;
      }
    }

    private static long word(Slice value, int number) {
      long at = value.offset() + (long) number * Long.BYTES;
      return value.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
  }

  /** Is a value read whole whose record gives way to others? */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "absent in between")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one value")
  @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the other value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn, or another key's")
  @State
  public static class Retaken {

    @Actor
    public void writer() {
      takeTurns();
    }

    @Actor
    public void reader(JJ_Result result) {
      Here.read(result);
    }
  }

  /** The same for a reader from elsewhere, who remembers the place. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "nothing that holds")
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "absent in between")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one value")
  @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the other value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn, or another key's")
  @State
  public static class RetakenFromElsewhere {

    @Actor
    public void writer() {
      takeTurns();
    }

    @Actor
    public void reader(JJ_Result result) {
      Elsewhere.read(result);
    }
  }

  /** Is a value read whole whose record is moved away and back, header and all? */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn, another key's, or absent")
  @State
  public static class MovedBack {

    @Actor
    public void compactor() {
      moveAwayAndBack();
    }

    @Actor
    public void reader(JJ_Result result) {
      Here.read(result);
    }
  }

  /** The same for a reader from elsewhere, who remembers the place. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "nothing that holds")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn, another key's, or absent")
  @State
  public static class MovedBackFromElsewhere {

    @Actor
    public void compactor() {
      moveAwayAndBack();
    }

    @Actor
    public void reader(JJ_Result result) {
      Elsewhere.read(result);
    }
  }
}
