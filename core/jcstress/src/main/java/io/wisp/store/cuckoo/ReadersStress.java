// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.table.Growth;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.ValueLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** What a reader without locks may see while one writer is at work. */
public final class ReadersStress {

  private ReadersStress() {}

  /** Is a value that is being replaced by one of another size seen whole? */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the old value")
  @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the new value")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "torn, or absent though the key was there all the time")
  @State
  public static class Replacement extends Contested {

    private static final int SHORTER = WORDS / 2;

    /** One key that never expires. */
    public Replacement() {
      super(1, Store.NEVER);
    }

    @Actor
    public void writer() {
      STORE.put(key(), value(2, SHORTER));
    }

    @Actor
    public void reader(JJ_Result result) {
      Ends ends = read();
      if (ends.isFound()) {
        result.r1 = ends.first();
        result.r2 = ends.first() == 2 ? ends.word(SHORTER - 1) : ends.last();
      }
    }

    @Arbiter
    public void cleanUp() {
      delete();
    }
  }

  /** Is a value that is overwritten seen whole, and with its own version? */
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the old value")
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "the new value")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "torn, or absent though the key was there all the time")
  @State
  public static class Overwrite extends Contested {

    /** One key that never expires. */
    public Overwrite() {
      super(1, Store.NEVER);
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
        result.r3 = ends.version() == firstVersion() ? 1 : 2;
      }
    }

    @Arbiter
    public void cleanUp() {
      delete();
    }
  }

  /** A key that never expires, and where its record is. */
  abstract static class Remembered extends Contested {

    final long record;

    Remembered() {
      super(1, Store.NEVER);
      record = locate();
    }
  }

  /** The same for a reader from elsewhere, who remembers the record's address. */
  @JCStressTest
  @Outcome(id = "-1, -1, -1", expect = Expect.ACCEPTABLE, desc = "nothing that holds")
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the old value")
  @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "the new value")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "torn, or absent though the key was there all the time")
  @State
  public static class OverwriteFromElsewhere extends Remembered {

    private static final RemoteClient CLIENT =
        new RemoteClient(STORE, RemoteTable.Options.DEFAULT.rememberedAddresses(0));

    @Actor
    public void writer() {
      put(2);
    }

    @Actor
    public void reader(JJJ_Result result) {
      int length = RecordLayout.size(key().length(), WORDS * Long.BYTES);
      Step step = CLIENT.getAt(key(), record, length);
      if (step == Step.HIT) {
        Slice value = CLIENT.value();
        result.r1 = word(value, 0);
        result.r2 = word(value, WORDS - 1);
        result.r3 = CLIENT.lookup().version() == firstVersion() ? 1 : 2;
      } else if (step == Step.FALL_BACK) {
        result.r1 = -1;
        result.r2 = -1;
        result.r3 = -1;
      }
    }

    private static long word(Slice value, int number) {
      long at = value.offset() + (long) number * Long.BYTES;
      return value.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }

    @Arbiter
    public void cleanUp() {
      delete();
    }
  }

  /** Is a value that is being created seen whole or not at all? */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not yet there")
  @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the value")
  @Outcome(expect = Expect.FORBIDDEN, desc = "torn")
  @State
  public static class Publication extends Contested {

    @Actor
    public void writer() {
      put(2);
    }

    @Actor
    public void reader(JJ_Result result) {
      read().report(result);
    }

    @Arbiter
    public void cleanUp() {
      delete();
    }
  }

  /** Is an expiry that changes in place seen with the version that it came with? */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the old expiry")
  @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the new expiry")
  @Outcome(
      expect = Expect.FORBIDDEN,
      desc = "the expiry of another version, or absent though the key was there all the time")
  @State
  public static class Expiry extends Contested {

    private static final long OLD = Long.MAX_VALUE - 1;
    private static final long NEW = Long.MAX_VALUE;

    /** One key that has expired. */
    public Expiry() {
      super(1, OLD);
    }

    @Actor
    public void writer() {
      STORE.expire(key(), NEW);
    }

    @Actor
    public void reader(JJ_Result result) {
      Ends ends = read();
      if (ends.isFound()) {
        result.r1 = ends.expiresAt() == OLD ? 1 : ends.expiresAt() == NEW ? 2 : 3;
        result.r2 = ends.version() == firstVersion() ? 1 : 2;
      }
    }

    @Arbiter
    public void cleanUp() {
      delete();
    }
  }

  /** Is a key found that is moved to its other bucket and back? */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "missed a key that was there all the time")
  @State
  public static class Displaced extends Contested {

    /** One key that never expires. */
    public Displaced() {
      super(1, Store.NEVER);
    }

    @Actor
    public void mover() {
      Locations.moveToOtherBucket(STORE, key());
      Locations.moveToOtherBucket(STORE, key());
    }

    @Actor
    public void reader(I_Result result) {
      result.r1 = STORE.contains(key()) ? 1 : 0;
    }

    @Arbiter
    public void cleanUp() {
      delete();
    }
  }

  /** Is a key found whose bucket is merged into another and split off again? */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "found")
  @Outcome(expect = Expect.FORBIDDEN, desc = "missed a key that was there all the time")
  @State
  public static class Merged {

    private static final CuckooStore STORE = CuckooStore.open(4 << 20);
    private static final Slice KEY = keyOfTheLastBucket();

    /** A key that is in the bucket which the first split makes, and there has no other one. */
    private static Slice keyOfTheLastBucket() {
      Index index = STORE.table().index();
      long buckets = index.buckets();
      for (long i = 0; ; i++) {
        Slice key = Slice.of(Long.toString(i));
        long hash = index.hash(key);
        if (KeyHash.bucket(KeyHash.firstHalf(hash), buckets + 1) == buckets
            && KeyHash.bucket(KeyHash.secondHalf(hash), buckets + 1) == buckets) {
          STORE.put(key, Contested.value(1));
          return key;
        }
      }
    }

    @Actor
    public void resizer() {
      Growth growth = STORE.table().growth();
      growth.grow(Integer.MAX_VALUE);
      growth.shrink(0);
    }

    @Actor
    public void reader(I_Result result) {
      result.r1 = STORE.contains(KEY) ? 1 : 0;
    }
  }
}
