// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.TableFormatException;
import io.wisp.store.cuckoo.remote.TableLayout;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;

/**
 * The reads of the server's table: what lookups want is posted, and what has arrived goes back to
 * its lookup, by the number that it is read under. It belongs to one thread.
 */
final class LookupReads {

  private final RemoteMemory memory;
  private final RemoteBuffer region;
  private final ArrivedReads arrived;
  private final ClientWait wait;
  private final PendingGet[] gets;

  /**
   * Of the table that a connection's server offers.
   *
   * @param gets whose lookups are meant, by their numbers; it is filled later
   */
  LookupReads(
      ClientConnection connection, ArrivedReads arrived, ClientWait wait, PendingGet[] gets) {
    memory = connection.memory();
    region = connection.table();
    this.arrived = arrived;
    this.wait = wait;
    this.gets = gets;
  }

  /** Reads the header of the table, while nothing else is read. */
  TableLayout readLayout(Endpoint endpoint, LocalBuffer buffer) {
    memory.read(region, 0, buffer, 0, TableLayout.HEADER_BYTES);
    memory.closeBatch(0);
    memory.postReads();
    while (arrived.nextLookup() < 0) {
      wait.step();
    }
    try {
      return TableLayout.parse(buffer.memory(), 0, region.length());
    } catch (TableFormatException e) {
      throw new TransportException(
          endpoint + " offers no table that can be read: " + e.getMessage(), e);
    }
  }

  /** Adds what a lookup wants to read to what is posted next, unless it is over. */
  void pursue(int number) {
    PendingGet get = gets[number];
    while (get.step() == RemoteLookup.Step.NEEDS_SPACE) {
      get.enlarge();
    }
    if (get.step() != RemoteLookup.Step.READ) {
      return;
    }
    RemoteReads wanted = get.lookup().reads();
    for (int i = 0; i < wanted.count(); i++) {
      memory.read(
          region, wanted.regionOffset(i), get.buffer(), wanted.bufferOffset(i), wanted.length(i));
    }
    memory.closeBatch(number);
  }

  /** {@link RemoteMemory#isUnchanged} of the table. */
  boolean isUnchanged(long offset, long word0, long word1) {
    return memory.isUnchanged(region, offset, word0, word1);
  }

  /** Posts what was added. */
  void post() {
    memory.postReads();
  }

  /** Has lookups go on whose reads were completed, and says whether there were any. */
  private boolean takeCompleted() {
    int number = arrived.nextLookup();
    if (number < 0) {
      return false;
    }
    for (; number >= 0; number = arrived.nextLookup()) {
      gets[number].proceed();
      pursue(number);
    }
    post();
    return true;
  }

  /** Waits until a lookup is over. */
  void settle(PendingGet get) {
    while (!get.step().isLast()) {
      if (!takeCompleted()) {
        wait.step();
      }
    }
  }

  /** Looks whether anything has come for a lookup that is not over, and waits for nothing. */
  void poll(PendingGet get) {
    if (!takeCompleted() && !get.step().isLast()) {
      wait.poll();
      takeCompleted();
    }
  }
}
