// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

/** What finds records, and so must know where one has moved. */
public interface RecordIndex {

  /**
   * Turns a copy of a record into the record: copies key and value if they {@link
   * RecordLayout#mayBeOverwritten may change}, which the caller has done if not; completes its
   * header, makes whoever finds the old one find the copy, and marks the old one dead. The caller
   * holds no lock of the index.
   *
   * @return whether it did; not if nothing finds the old one any more
   */
  boolean redirect(long from, long to);
}
