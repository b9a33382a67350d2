// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Transaction;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** What is seen of writes of two keys at one moment. */
public final class BatchStress {

  private BatchStress() {}

  /** A key with a value, and one that is absent. */
  static class TwoKeys {

    final Contested there = new Contested(1, Store.NEVER);
    final Contested absent = new Contested();

    final long last(Contested key) {
      return key.lastWord();
    }

    final void forget() {
      there.delete();
      absent.delete();
    }
  }

  /** Is the key absent that a batch deletes, and yet not there the one that it creates? */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "before")
  @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "one before and the other after")
  @Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "after")
  @Outcome(expect = Expect.FORBIDDEN, desc = "what was moved is nowhere")
  @State
  public static class Move extends TwoKeys {

    @Actor
    public void writer() {
      WriteBatch batch = new WriteBatch();
      batch.delete(there.key(), WriteCondition.IF_PRESENT, 0);
      batch.put(absent.key(), Contested.value(2));
      if (Contested.STORE.writeAll(batch) != Status.DONE) {
        throw new AssertionError();
      }
    }

    @Actor
    public void reader(JJ_Result result) {
      result.r1 = last(there);
      result.r2 = last(absent);
    }

    @Arbiter
    public void cleanUp() {
      forget();
    }
  }

  /** Is the key still there that a batch deletes, when the one that it creates was found? */
  @JCStressTest
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "before")
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "one before and the other after")
  @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "after")
  @Outcome(expect = Expect.FORBIDDEN, desc = "what was moved is there twice")
  @State
  public static class MoveFromBehind extends TwoKeys {

    @Actor
    public void writer() {
      WriteBatch batch = new WriteBatch();
      batch.put(absent.key(), Contested.value(2));
      batch.delete(there.key(), WriteCondition.IF_PRESENT, 0);
      if (Contested.STORE.writeAll(batch) != Status.DONE) {
        throw new AssertionError();
      }
    }

    @Actor
    public void reader(JJ_Result result) {
      result.r1 = last(absent);
      result.r2 = last(there);
    }

    @Arbiter
    public void cleanUp() {
      forget();
    }
  }

  /** Are both keys found that a transaction moves something between? */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "before")
  @Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "after")
  @Outcome(expect = Expect.FORBIDDEN, desc = "what was never there at one moment")
  @State
  public static class Snapshot extends TwoKeys {

    @Actor
    public void writer() {
      Transaction transaction = new Transaction(Contested.STORE);
      Contested.STORE.transact(
          transaction,
          () -> {
            transaction.delete(there.key());
            transaction.put(absent.key(), Contested.value(2));
          });
    }

    @Actor
    public void reader(JJ_Result result) {
      Transaction transaction = new Transaction(Contested.STORE);
      Contested.Ends ends = new Contested.Ends();
      Contested.STORE.transact(
          transaction,
          () -> {
            result.r1 = lastIn(transaction, there.key(), ends);
            result.r2 = lastIn(transaction, absent.key(), ends);
          });
    }

    private static long lastIn(Transaction transaction, Slice key, Contested.Ends ends) {
      return transaction.get(key, ends) == Status.FOUND ? ends.last() : 0;
    }

    @Arbiter
    public void cleanUp() {
      forget();
    }
  }

  /** Do two writers who each found the other's key absent both write? (Write skew.) */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the first one wrote")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "the second one wrote")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both wrote, or none")
  @State
  public static class WriteSkew {

    private final Contested one = new Contested();
    private final Contested other = new Contested();

    @Actor
    public void first(II_Result result) {
      result.r1 = writeUnless(one.key(), other.key());
    }

    @Actor
    public void second(II_Result result) {
      result.r2 = writeUnless(other.key(), one.key());
    }

    private static int writeUnless(Slice written, Slice unlessThere) {
      Transaction transaction = new Transaction(Contested.STORE);
      int[] wrote = new int[1];
      Contested.STORE.transact(
          transaction,
          () -> {
            wrote[0] = transaction.contains(unlessThere) ? 0 : 1;
            if (wrote[0] == 1) {
              transaction.put(written, Contested.value(1));
            }
          });
      return wrote[0];
    }

    @Arbiter
    public void cleanUp() {
      one.delete();
      other.delete();
    }
  }

  /** Do batches that require the same version both happen? */
  @JCStressTest
  @Outcome(id = "1, 0, 2, 2", expect = Expect.ACCEPTABLE, desc = "the first one")
  @Outcome(id = "0, 1, 3, 3", expect = Expect.ACCEPTABLE, desc = "the second one")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, none, or a part")
  @State
  public static class SameVersion extends TwoKeys {

    @Actor
    public void first(IIII_Result result) {
      result.r1 = write(2);
    }

    @Actor
    public void second(IIII_Result result) {
      result.r2 = write(3);
    }

    private int write(long word) {
      WriteBatch batch = new WriteBatch();
      batch.put(
          there.key(),
          Contested.value(word),
          Store.NEVER,
          WriteCondition.IF_VERSION,
          there.firstVersion());
      batch.put(absent.key(), Contested.value(word), Store.NEVER, WriteCondition.IF_ABSENT, 0);
      return Contested.STORE.writeAll(batch) == Status.DONE ? 1 : 0;
    }

    @Arbiter
    public void cleanUp(IIII_Result result) {
      result.r3 = (int) last(there);
      result.r4 = (int) last(absent);
      forget();
    }
  }
}
