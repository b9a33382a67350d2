// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import io.wisp.verbs.raw.Definitions.Member;
import java.io.IOException;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A C program, written from the definitions and compiled against the installed headers, that prints
 * what the C compiler makes of each: lines of "name value".
 */
final class Probe {

  private static final String BEGIN =
      """
      #include <errno.h>
      #include <fcntl.h>
      #include <poll.h>
      #include <stddef.h>
      #include <stdio.h>
      #include <sys/eventfd.h>
      #include <infiniband/verbs.h>
      #define SHOW(name, value) printf("%s %lld\\n", name, (long long)(value))
      int main(void) {
      """;

  private static final String END = "return 0; }\n";

  private Probe() {}

  static String source() {
    StringBuilder source = new StringBuilder(BEGIN);
    for (StructLayout struct : Definitions.structs()) {
      String type = "struct " + struct.name().orElseThrow();
      show(source, type, "sizeof(" + type + ")");
      for (Member member : Definitions.members(struct)) {
        show(source, type + "." + member.path(), "offsetof(" + type + ", " + member.path() + ")");
        show(
            source,
            type + "." + member.path() + ".bytes",
            "sizeof(((" + type + " *)0)->" + member.path() + ")");
      }
    }
    Definitions.constants().keySet().forEach(name -> show(source, name, name));
    return source.append(END).toString();
  }

  private static void show(StringBuilder source, String name, String value) {
    source.append("SHOW(\"").append(name).append("\", ").append(value).append(");\n");
  }

  /** What the C compiler says, by name. */
  static Map<String, Long> run(Path folder) throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("probe.c"), source());
    Path program = folder.resolve("probe");
    execute("cc", "-D_GNU_SOURCE", "-o", program.toString(), source.toString());
    Map<String, Long> values = new HashMap<>();
    execute(program.toString())
        .lines()
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
            });
    return values;
  }

  private static String execute(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new AssertionError(String.join(" ", command) + " failed:\n" + output);
    }
    return output;
  }
}
