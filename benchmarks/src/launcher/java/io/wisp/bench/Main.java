package io.wisp.bench;

import java.lang.reflect.InvocationTargetException;

/**
 * Where the jar starts. It is compiled for Java 8, so that an older Java than the rest needs can
 * say so in a sentence instead of an UnsupportedClassVersionError.
 */
public final class Main {

  static final int REQUIRED_VERSION = 25;

  private Main() {}

  public static void main(String[] arguments) throws Throwable {
    String version = System.getProperty("java.specification.version");
    if (version.startsWith("1.") || Integer.parseInt(version) < REQUIRED_VERSION) {
      System.err.println(
          "Wisp's benchmarks need Java "
              + REQUIRED_VERSION
              + " or newer, and this is Java "
              + version
              + " ("
              + System.getProperty("java.home")
              + "): run them with ./wisp bench, which finds one, or with the java of a JDK "
              + REQUIRED_VERSION
              + ".");
      System.exit(2);
    }
    try {
      Class.forName("io.wisp.bench.BenchmarkCommand")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
