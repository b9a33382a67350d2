// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/** A store of which one method fails, each time it is called. */
public final class FailingStore {

  private final HeapStore sound = new HeapStore();
  private final CountDownLatch failed = new CountDownLatch(1);
  private final String method;
  private final Throwable failure;

  /**
   * One whose other methods work.
   *
   * @param failure a {@link RuntimeException} or an {@link Error}
   */
  public FailingStore(String method, Throwable failure) {
    this.method = method;
    this.failure = failure;
  }

  public Store store() {
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, called, arguments) -> call(called, arguments));
  }

  private Object call(Method called, Object[] arguments) throws Throwable {
    if (called.getName().equals(method)) {
      failed.countDown();
      throw failure;
    }
    try {
      return called.invoke(sound, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Waits until the method has failed. */
  public void awaitFailure() throws InterruptedException {
    failed.await();
  }
}
