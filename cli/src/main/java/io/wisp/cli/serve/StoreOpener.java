// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.UserError;
import io.wisp.store.Store;

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
}
