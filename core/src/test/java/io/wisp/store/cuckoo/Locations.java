// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Displacement;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;

/**
 * Where the entry of a key is in a store that has it, and how it is moved. No lock is taken: the
 * caller is the only one who may move it.
 */
final class Locations {

  private Locations() {}

  static long firstBucketOf(CuckooStore store, Slice key) {
    Index index = store.table().index();
    return KeyHash.bucket(KeyHash.firstHalf(index.hash(key)), index.buckets());
  }

  static long secondBucketOf(CuckooStore store, Slice key) {
    Index index = store.table().index();
    return KeyHash.bucket(KeyHash.secondHalf(index.hash(key)), index.buckets());
  }

  static long slotAddressOf(CuckooStore store, Slice key) {
    Index index = store.table().index();
    return index.locate(key, index.hash(key));
  }

  static long slotOf(CuckooStore store, Slice key) {
    return Words.getAcquire(store.region(), slotAddressOf(store, key));
  }

  static long recordOf(CuckooStore store, Slice key) {
    return Bucket.recordOffset(slotOf(store, key));
  }

  /** Moves the entry of a key to its other bucket; the answer is whether it did. */
  static boolean moveToOtherBucket(CuckooStore store, Slice key) {
    Index index = store.table().index();
    long from = index.bucketNumber(slotAddressOf(store, key));
    long to = Displacement.otherBucket(index.hash(key), from, index.buckets());
    return from != to && store.table().displacement().move(from, slotOf(store, key), to);
  }
}
