// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

/** Which records go when memory is short. Its caller holds no lock of the index. */
public interface Eviction {

  /** Whether a record was read since it was last asked about. */
  boolean sparesRecord(long recordOffset);

  /** Removes the entry of a record, if it still has one. */
  void evictRecord(long recordOffset);
}
