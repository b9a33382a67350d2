// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import java.lang.reflect.InvocationTargetException;

/**
 * Where the jar starts. It is compiled for Java 8, so that an older Java than the rest needs can
 * say so in a sentence instead of an UnsupportedClassVersionError.
 */
public final class Main {

  private static final int REQUIRED_VERSION = 25;
  private static final int WRONG_USAGE = 2;

  private Main() {}

  public static void main(String[] arguments) throws Throwable {
    String complaint =
        complaint(
            System.getProperty("java.specification.version"), System.getProperty("java.home"));
    if (!complaint.isEmpty()) {
      System.err.println(complaint);
      System.exit(WRONG_USAGE);
    }
    try {
      Class.forName("io.wisp.bench.BenchmarkCommand")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  static String complaint(String version, String home) {
    if (!version.startsWith("1.") && Integer.parseInt(version) >= REQUIRED_VERSION) {
      return "";
    }
    return "Wisp's benchmarks need Java "
        + REQUIRED_VERSION
        + " or newer, and this is Java "
        + version
        + " ("
        + home
        + "): run them with ./wisp bench, which finds one, or with the java of a JDK "
        + REQUIRED_VERSION
        + ".";
  }
}
