// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.function.BooleanSupplier;

/** Waits for what happens sooner or later. */
public final class Eventually {

  private Eventually() {}

  /** Waits for something; the test's time limit ends it if it never comes. */
  public static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(5);
    }
  }
}
