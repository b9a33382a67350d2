// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count that one thread raises and any thread reads, without a lock or a barrier. */
final class Counter {

  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(Counter.class, "count", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // COUNT is how it is used.
  private long count;

  void add(long amount) {
    COUNT.setOpaque(this, (long) COUNT.getOpaque(this) + amount);
  }

  void increment() {
    add(1);
  }

  long get() {
    return (long) COUNT.getOpaque(this);
  }
}
