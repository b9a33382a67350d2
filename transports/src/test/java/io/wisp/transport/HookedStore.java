// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Makes stores in which something happens at each get, before it. */
public final class HookedStore {

  private HookedStore() {}

  /** A store that does so. */
  public static Store onGet(Runnable hook) {
    HeapStore store = new HeapStore();
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals("get")) {
                hook.run();
              }
              try {
                return called.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
