package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/** What others may see while the compactor is at work. */
public final class CompactionStress {

  private CompactionStress() {}

  /** Is a record that is moved and replaced read whole, and does the replacement stay? */
  @JCStressTest
  @Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "the old value, here or there")
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "the new value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn, absent, or a replacement that was lost")
  @State
  public static class Swing {

    private final Contested contested = new Contested();
    private final long record;

    public Swing() {
      Slice key = contested.key();
      Contested.STORE.put(key, Contested.value(1));
      Table table = Contested.STORE.table();
      long hash = table.index().hash(key);
      table.stripes().lockKey(hash);
      try {
        record =
            Bucket.recordOffset(Words.getAcquire(table.memory(), table.index().locate(key, hash)));
      } finally {
        table.stripes().unlockKey(hash);
      }
    }

    @Actor
    public void compactor() {
      Contested.STORE.table().compactor().relocate(record);
    }

    @Actor
    public void writer() {
      Contested.STORE.put(contested.key(), Contested.value(2));
    }

    @Actor
    public void reader(JJJ_Result result) {
      Contested.Ends ends = new Contested.Ends();
      if (Contested.STORE.get(contested.key(), ends) == Status.FOUND) {
        result.r1 = ends.first();
        result.r2 = ends.last();
      }
    }

    @Arbiter
    public void look(JJJ_Result result) {
      Contested.Ends ends = new Contested.Ends();
      if (Contested.STORE.get(contested.key(), ends) == Status.FOUND) {
        result.r3 = ends.last();
      }
      Contested.STORE.delete(contested.key());
    }
  }

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
      result.r2 = freed || (began && segment.endEvacuation()) ? 1 : 0;
    }
  }
}
