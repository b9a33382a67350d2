// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.SlotChange;
import io.wisp.store.WriteBatch;
import org.jspecify.annotations.Nullable;

/**
 * A log of the writes of a store. A write happens in the store only when the log has it for good,
 * so that whoever makes the store anew from the log finds every write that was acknowledged.
 *
 * <p>A log writes to the store what it was given, in a thread of its own, and nobody else does
 * while it is open. Thread-safe; the owner closes it before the store.
 */
public interface WriteLog extends AutoCloseable {

  /** What became of an entry. */
  enum Outcome {
    /**
     * The log has it for good, and the store has it. What was read between {@link #begin} and
     * {@link #append} was the latest: no other server had written in between.
     */
    DONE,
    /**
     * Nothing of it has happened, and nothing of it ever will, on any server. What was read proves
     * nothing.
     */
    NOT_DONE,
    /** It may have happened, or may happen later, or never. What was read proves nothing. */
    UNKNOWN
  }

  /** Is told what became of an entry. */
  @FunctionalInterface
  interface Completion {

    /**
     * The entry has ended. It is called once, by a thread of the log or by the one that appends,
     * and returns at once.
     *
     * @param why it is not {@link Outcome#DONE}, for people; empty if it is
     */
    void ended(Outcome outcome, String why);
  }

  /**
   * What says whether the store has what others have written, where several servers share a log;
   * null if this is the only one.
   */
  default @Nullable Leadership leadership() {
    return null;
  }

  /** The servers that share the log; null if this is the only one. */
  default @Nullable GroupMembers members() {
    return null;
  }

  /**
   * What is appended next is decided from now on, by what the store holds. If the log has another
   * server's writes by then, it ends as {@link Outcome#NOT_DONE}.
   *
   * @return whether others may have written to the store since this was asked last
   */
  default boolean begin() {
    return false;
  }

  /**
   * Appends an entry. One is under way at a time: the next follows when this one has ended. One
   * that comes earlier, from another server of the process, ends as {@link Outcome#NOT_DONE}.
   *
   * @param writes what {@link io.wisp.store.PendingWrites} has decided; it is not used any more
   *     when this returns. Without any, the entry proves that this server led when it was appended
   * @param clears whether all records that are there go first
   * @param change a step of a move of slots, which happens behind the writes; null if there is none
   * @throws OutOfMemoryError if there is no heap for it; then it is as if this had not been called
   */
  void append(
      WriteBatch writes, boolean clears, @Nullable SlotChange change, Completion completion);

  /** Appends an entry of writes alone, likewise. */
  default void append(WriteBatch writes, boolean clears, Completion completion) {
    append(writes, clears, null, completion);
  }

  /** Whether clients may read the table of the store themselves, by leases. */
  default boolean leasesTable() {
    return false;
  }

  /**
   * For how many nanoseconds from now on the store is known to have all that was acknowledged,
   * whatever becomes of this process: no other server answers anybody before that is over. So what
   * a client reads in the table by then is the latest. 0 or less if that is not known.
   */
  default long tableLeaseNanos() {
    return 0;
  }

  /** Why nothing more can be appended, or null while all is well. */
  @Nullable String failure();

  /** Ends it. What is under way may be in the log or not. */
  @Override
  void close();
}
