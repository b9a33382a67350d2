// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import java.util.Map;

/** Makes stores in which something happens at each get, before it. */
public final class HookedStore {

  private HookedStore() {}

  /** A store that does so. */
  public static Store onGet(Runnable hook) {
    return Overridden.in(
        Store.class,
        new HeapStore(),
        Map.of(
            "get",
            original -> {
              hook.run();
              return original.call();
            }));
  }
}
