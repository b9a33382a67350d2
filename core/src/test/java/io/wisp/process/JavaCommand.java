// SPDX-License-Identifier: Apache-2.0
package io.wisp.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts a Java program of the tests in a process of its own. */
public final class JavaCommand {

  private JavaCommand() {}

  /**
   * One with this process's own JDK and choice of compilers.
   *
   * @param program the name of the class with the method main
   */
  public static List<String> of(
      String program, String classPath, List<String> jvmOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What keeps a JVM alive in an emulated machine, and where its death is looked for: see
    // scripts/rdma-tests.sh.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            flag -> flag.startsWith("-XX:TieredStopAtLevel=") || flag.startsWith("-XX:ErrorFile="))
        .forEach(command::add);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, program));
    command.addAll(arguments);
    return command;
  }
}
