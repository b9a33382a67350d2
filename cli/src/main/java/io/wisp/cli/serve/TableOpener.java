// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.UserError;
import io.wisp.server.StoreServer;
import io.wisp.store.Store;
import java.io.IOException;

/** Opens the off-heap table, and says in words what stands against it. */
public final class TableOpener {

  private TableOpener() {}

  /** As {@link StoreOpener} promises. */
  public static Store open(ByteSize memory, boolean evict, boolean shared) {
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
