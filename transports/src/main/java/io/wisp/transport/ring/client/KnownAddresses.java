// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.remote.KeyHandle;
import io.wisp.store.cuckoo.remote.RemoteTable;

/**
 * Where records are, as replies say it. A request points a {@link KeyHandle} at its key once; by
 * that it is known whether a get can read, and the reply is learned from.
 *
 * <p>A client that only writes, or whose gets must follow its writes into the ring, has no use for
 * addresses. After so many requests without use it forgets them all, because they would become
 * stale, and learns none until a get could use one. It belongs to one thread.
 */
final class KnownAddresses {

  /** Twice as many as are remembered, so that what was remembered at first is gone anyway. */
  static final int MOST_WITHOUT_USE = 2 * RemoteTable.Options.DEFAULT.rememberedAddresses();

  private final RemoteTable table;
  private final boolean given;
  private int withoutUse;

  /**
   * Of the records of a table.
   *
   * @param given whether the server's replies have addresses
   */
  KnownAddresses(RemoteTable table, boolean given) {
    this.table = table;
    this.given = given;
  }

  /** Points a handle at the key of a get that may read. */
  void find(Slice key, KeyHandle handle) {
    table.find(key, handle);
  }

  /**
   * Points a handle at the key of a request that the server serves, or at none if it is not worth
   * while to learn from the reply.
   */
  void findToLearn(Slice key, KeyHandle handle) {
    if (areUseless() || key.length() == 0) {
      handle.clear();
      return;
    }
    table.find(key, handle);
    withoutUse++;
    if (areUseless()) {
      table.forgetAll();
    }
  }

  private boolean areUseless() {
    return withoutUse == MOST_WITHOUT_USE;
  }

  /** A get was made that reads where its address is known. */
  void noteUse() {
    withoutUse = 0;
  }

  boolean knows(KeyHandle handle) {
    return table.knows(handle);
  }

  /** Whether the reply to a request about a key shall say where its record is. */
  boolean areWanted(KeyHandle handle) {
    return given && handle.isPresent();
  }

  /**
   * Learns from a reply that came by the ring.
   *
   * @param address of the record, or {@link RecordAddress#NONE}
   */
  void learn(KeyHandle handle, Status status, long address) {
    if (!handle.isPresent() || areUseless()) {
      return;
    }
    if (address != RecordAddress.NONE) {
      table.remember(handle, address);
    } else if (status != Status.FOUND) {
      // There is no record, or a write has made another of it.
      table.forget(handle);
    }
  }
}
