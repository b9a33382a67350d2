// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.cli.common.Product;
import io.wisp.cli.cores.CoreList;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the client of a run was: what its figures depend on and its settings do not say. */
final class Environment {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

  private static final Set<String> GUESTS = Set.of("tcg", "kvm");

  private Environment() {}

  /** As names and values; what the system does not tell is "unknown". */
  static Map<String, Object> capture() {
    return capture(System.getenv());
  }

  /** The same with variables that are not those of this process. */
  @SuppressWarnings("NullAway") // a LinkedHashMap takes null, and its type here does not say so
  static Map<String, Object> capture(Map<String, String> variables) {
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("wisp", Product.version());
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    environment.put("architecture", System.getProperty("os.arch"));
    environment.put("cpu", field(CPU_INFO, "model name"));
    environment.put("cores", cores());
    environment.put("coresAllowed", field(STATUS, "Cpus_allowed_list"));
    environment.put("guest", guest(variables));
    environment.put("jdk", System.getProperty("java.vendor") + " " + Runtime.version());
    environment.put("jvmFlags", jvmFlags());
    return environment;
  }

  /** Those of the machine: the JVM counts only what this process may run on. */
  private static int cores() {
    try {
      return CoreList.parse(Files.readString(ONLINE)).numbers().size();
    } catch (IOException | IllegalArgumentException e) {
      return Runtime.getRuntime().availableProcessors();
    }
  }

  /** What runs the virtual machine that this is in, or null if none is known of. */
  private static @Nullable String guest(Map<String, String> variables) {
    String guest = variables.getOrDefault("WISP_GUEST", "");
    return GUESTS.contains(guest) ? guest : null;
  }

  private static List<String> jvmFlags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  private static String field(Path file, String name) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
