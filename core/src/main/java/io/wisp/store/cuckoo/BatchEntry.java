// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.KeyHash;

/** A key of a batch and what its write knows of it. Used again for the next batch. */
final class BatchEntry {

  /** The number of the pair that has the key and its last value. */
  int pair;

  long hash;

  /** The record that was written for it. */
  long record;

  long contentHash;

  /** What the slot of the key holds; EMPTY if the key has none. */
  long oldSlot;

  boolean isNew() {
    return oldSlot == Bucket.EMPTY;
  }

  /** The slot of its record, which does not expire. */
  long newSlot() {
    return Bucket.slot(KeyHash.tag(hash), record, false);
  }
}
