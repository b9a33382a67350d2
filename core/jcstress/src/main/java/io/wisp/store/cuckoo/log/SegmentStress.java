// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Who gives the pages of a segment back when several might. */
public final class SegmentStress {

  private SegmentStress() {}

  /** Are the pages of a segment given back once when its last record dies as it is sealed? */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "by one of them")
  @Outcome(expect = Expect.FORBIDDEN, desc = "by nobody, or twice")
  @State
  public static class Seal {

    private final Segment segment = new Segment(1, 1, 12, 0);

    /** A segment with one record. */
    public Seal() {
      segment.advance(64);
    }

    @Actor
    public void writer(II_Result result) {
      result.r1 = segment.free(64) ? 1 : 0;
    }

    @Actor
    public void lane(II_Result result) {
      result.r2 = segment.seal() ? 1 : 0;
    }
  }

  /** Are they given back once when the last two records die while the segment is evacuated? */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "by one of them")
  @Outcome(expect = Expect.FORBIDDEN, desc = "by nobody, or twice")
  @State
  public static class Evacuation {

    private final Segment segment = new Segment(1, 1, 12, 0);

    /** A segment with two records. */
    public Evacuation() {
      segment.advance(64);
      segment.advance(64);
      segment.seal();
    }

    @Actor
    public void writer(II_Result result) {
      result.r1 = segment.free(64) ? 1 : 0;
    }

    @Actor
    public void compactor(II_Result result) {
      boolean began = segment.beginEvacuation();
      boolean freed = segment.free(64);
      result.r2 = freed || (began && segment.seal()) ? 1 : 0;
    }
  }
}
