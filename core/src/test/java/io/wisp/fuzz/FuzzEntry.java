// SPDX-License-Identifier: Apache-2.0
package io.wisp.fuzz;

import java.lang.reflect.Constructor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where Jazzer enters; it knows the names of these methods. */
public final class FuzzEntry {

  private static @Nullable FuzzTest test;

  private FuzzEntry() {}

  /** Takes the name of a {@link FuzzTest}. */
  public static void fuzzerInitialize(String[] arguments) throws ReflectiveOperationException {
    Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    test = (FuzzTest) constructor.newInstance();
  }

  /** Tries an input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Objects.requireNonNull(test).check(input);
  }
}
