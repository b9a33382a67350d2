// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.log.SegmentTable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** What others may see while the compactor is at work. */
public final class CompactionStress {

  private CompactionStress() {}

  /**
   * A record that can be moved. It stays in its place until then: beside it lies one that is still
   * being written, so that its segment is neither compacted nor freed, as none is that the
   * compactor moves records out of.
   */
  abstract static class Movable extends Contested {

    private final long pin;
    private final long record;

    Movable() {
      Table table = STORE.table();
      SegmentTable segments = table.heap().segments();
      long beside;
      do {
        beside = table.heap().allocate(RecordLayout.word0(0, 1), RecordLayout.pendingWord1(0));
        put(1);
        if (segments.ofRecord(beside) != segments.ofRecord(locate())) {
          table.heap().free(beside);
          beside = Heap.NONE;
        }
      } while (beside == Heap.NONE);
      pin = beside;
      record = locate();
    }

    final void move() {
      STORE.table().compactor().relocate(record);
    }

    final void cleanUp() {
      delete();
      STORE.table().heap().free(pin);
    }
  }

  /** Is a record read whole while it is moved? */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "here or there")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn or absent")
  @State
  public static class Move extends Movable {

    @Actor
    public void compactor() {
      move();
    }

    @Actor
    public void reader(JJ_Result result) {
      read().report(result);
    }

    @Arbiter
    public void end() {
      cleanUp();
    }
  }

  /** Does a replacement stay when the record is moved that it replaces? */
  @JCStressTest
  @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "the new value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a replacement that was lost")
  @State
  public static class MoveOrReplace extends Movable {

    @Actor
    public void compactor() {
      move();
    }

    @Actor
    public void writer() {
      put(2);
    }

    @Arbiter
    public void look(J_Result result) {
      result.r1 = lastWord();
      cleanUp();
    }
  }

  /** Is a record that is moved and replaced read whole, and does the replacement stay? */
  @JCStressTest
  @Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "the old value, here or there")
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "the new value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn, absent, or a replacement that was lost")
  @State
  public static class Swing extends Movable {

    @Actor
    public void compactor() {
      move();
    }

    @Actor
    public void writer() {
      put(2);
    }

    @Actor
    public void reader(JJJ_Result result) {
      Ends ends = read();
      if (ends.isFound()) {
        result.r1 = ends.first();
        result.r2 = ends.last();
      }
    }

    @Arbiter
    public void look(JJJ_Result result) {
      result.r3 = lastWord();
      cleanUp();
    }
  }
}
