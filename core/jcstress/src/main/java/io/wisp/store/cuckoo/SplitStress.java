// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Growth;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What others may see while a bucket is split, of a key that leaves it and of one that stays. */
public final class SplitStress {

  private static final CuckooStore STORE = CuckooStore.open(4 << 20);
  private static final long BUCKETS = STORE.table().index().buckets();
  private static final Slice LEAVING = key(BUCKETS);
  private static final Slice STAYING = key(0);

  private SplitStress() {}

  /**
   * A key that is in the first bucket before it is split and in this one after; its other bucket is
   * far from both.
   */
  private static Slice key(long after) {
    for (long i = 0; ; i++) {
      Slice key = Slice.of(Long.toString(i));
      long hash = STORE.table().index().hash(key);
      if (KeyHash.bucket(KeyHash.firstHalf(hash), 2 * BUCKETS) == after
          && KeyHash.bucket(KeyHash.secondHalf(hash), BUCKETS) != 0) {
        STORE.put(key, Contested.value(1));
        return key;
      }
    }
  }

  /** Splits the first bucket, and makes it whole again for the next time. */
  private static void split() {
    Growth growth = STORE.table().growth();
    growth.grow(Integer.MAX_VALUE);
    growth.shrink(0);
  }

  /** How many slots have a key. */
  private static int slots(Slice key) {
    Index index = STORE.table().index();
    long tag = KeyHash.tag(index.hash(key));
    int slots = 0;
    for (long bucket = 0; bucket <= BUCKETS; bucket++) {
      for (int i = 0; i < Bucket.SLOTS; i++) {
        long slotAddress = Bucket.slotAddress(index.bucketAddress(bucket), i);
        long slot = Words.getAcquire(STORE.region(), slotAddress);
        slots += slot != Bucket.EMPTY && Bucket.tag(slot) == tag ? 1 : 0;
      }
    }
    return slots;
  }

  /** Are they found? */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "missed a key that was there all the time")
  @State
  public static class Reading {

    @Actor
    public void splitter() {
      split();
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = STORE.contains(LEAVING) ? 1 : 0;
      result.r2 = STORE.contains(STAYING) ? 1 : 0;
    }
  }

  /** Are they found from elsewhere, with a number of buckets that is out of date? */
  @JCStressTest
  @Outcome(
      id = {"1, 1", "1, -1", "-1, 1", "-1, -1"},
      expect = Expect.ACCEPTABLE,
      desc = "found, or nothing that holds")
  @Outcome(expect = Expect.FORBIDDEN, desc = "missed a key that was there all the time")
  @State
  public static class ReadingFromElsewhere {

    private static final RemoteClient CLIENT =
        new RemoteClient(STORE, RemoteTable.Options.DEFAULT.rememberedAddresses(0));

    private static int look(Slice key) {
      Step step = CLIENT.get(key);
      return step == Step.HIT ? 1 : step == Step.FALL_BACK ? -1 : 0;
    }

    @Actor
    public void splitter() {
      split();
    }

    @Actor
    public void reader(II_Result result) {
      result.r1 = look(LEAVING);
      result.r2 = look(STAYING);
    }
  }

  /** Is a key that is written meanwhile there once when all is done? */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or there twice")
  @State
  public static class Writing {

    @Actor
    public void splitter() {
      split();
    }

    @Actor
    public void writer() {
      STORE.put(LEAVING, Contested.value(2));
      STORE.delete(LEAVING);
      STORE.put(LEAVING, Contested.value(3));
    }

    @Arbiter
    public void count(I_Result result) {
      result.r1 = slots(LEAVING);
    }
  }
}
