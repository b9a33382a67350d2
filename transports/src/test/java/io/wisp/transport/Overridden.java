// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes objects that do what others do, but for the methods that a test gives them. */
public final class Overridden {

  private Overridden() {}

  /** The method that is overridden, with the arguments of the call. */
  @FunctionalInterface
  public interface Original {

    /** Calls it. */
    @Nullable Object call() throws Throwable;
  }

  /** What a method does instead. */
  @FunctionalInterface
  public interface Instead {

    /** Does so, and gives what the method gives. */
    @Nullable Object call(Original original) throws Throwable;
  }

  /** An object of which some methods, by their names, are overridden. */
  public static <T> T in(Class<T> type, T original, Map<String, Instead> overrides) {
    List<String> names = Arrays.stream(type.getMethods()).map(each -> each.getName()).toList();
    if (!names.containsAll(overrides.keySet())) {
      throw new IllegalArgumentException(type + " has not all of " + overrides.keySet());
    }
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, arguments) -> {
              try {
                Original call = () -> called.invoke(original, arguments);
                Instead instead = overrides.getOrDefault(called.getName(), Original::call);
                return instead.call(call);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
