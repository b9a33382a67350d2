// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cli.common.ByteSize;
import io.wisp.cli.common.UserError;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.shm.SharedTable;
import java.io.IOException;

/** Opens the off-heap table that {@code wisp -s} serves. */
public final class Table {

  private Table() {}

  /** As {@link StoreOpener} promises. */
  public static Store open(ByteSize memory, boolean evict, boolean shared) {
    try {
      CuckooStore.Options options = CuckooStore.Options.ofCapacity(memory.bytes()).evict(evict);
      return shared ? SharedTable.open(options) : CuckooStore.open(options);
    } catch (IOException e) {
      throw UserError.failure("--memory " + memory + " in shared memory: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw UserError.usage("--memory " + memory + ": " + e.getMessage());
    } catch (OutOfMemoryError e) {
      throw UserError.failure("--memory " + memory + ": " + e.getMessage());
    }
  }
}
