// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.KeyHash;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A key of a batch and what its write knows of it. Used again for the next batch. */
final class BatchEntry {

  private WriteBatch.@Nullable Entry wanted;

  long hash;

  /** The record that was written for it, or {@link Heap#NONE}. */
  long record;

  long contentHash;

  /** When its record expires. */
  long expiry;

  /** What the slot of the key holds; EMPTY if the key has none. */
  long oldSlot;

  /** Whether what its slot holds had expired. */
  boolean hadExpired;

  /** Whether the key is there and to be removed. */
  boolean isRemoved;

  void begin(WriteBatch.Entry wanted, long hash) {
    this.wanted = wanted;
    this.hash = hash;
    record = Heap.NONE;
  }

  /** What the caller wants of the key. */
  WriteBatch.Entry wanted() {
    return Objects.requireNonNull(wanted);
  }

  boolean isPut() {
    return wanted().change() == Change.PUT;
  }

  /** Whether it takes a slot that nothing was in. */
  boolean isNew() {
    return isPut() && oldSlot == Bucket.EMPTY;
  }

  /** Whether the record that was there comes to its end. */
  boolean endsOld() {
    return isRemoved || (isPut() && oldSlot != Bucket.EMPTY);
  }

  /** What its slot holds afterwards. */
  long newSlot() {
    return isRemoved ? Bucket.EMPTY : Bucket.slot(KeyHash.tag(hash), record, expiry != Store.NEVER);
  }

  /** The memory that its record needs. */
  long recordSize() {
    return isPut() ? RecordLayout.size(wanted().key().length(), wanted().value().length()) : 0;
  }
}
