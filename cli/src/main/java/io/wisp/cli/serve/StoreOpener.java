// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.UserError;
import io.wisp.server.StoreServer;
import io.wisp.store.Store;
import java.io.IOException;

/** Makes the store that a server serves. */
@FunctionalInterface
public interface StoreOpener {

  /**
   * A new and empty store.
   *
   * @param evict whether it makes room by removing what was not used lately
   * @param shared whether clients on this machine are to map its memory into their own
   * @throws UserError if the machine does not give so much memory
   */
  Store open(ByteSize memory, boolean evict, boolean shared);

  /** Opens the off-heap table, and says in words what stands against it. */
  static Store openTable(ByteSize memory, boolean evict, boolean shared) {
    try {
      return StoreServer.open(memory.bytes(), evict, shared);
    } catch (IOException e) {
      throw UserError.failure("--memory " + memory + " in shared memory: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw UserError.usage("--memory " + memory + ": " + e.getMessage());
    } catch (OutOfMemoryError e) {
      throw UserError.failure("--memory " + memory + ": " + e.getMessage());
    }
  }
}
