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
import java.util.stream.Stream;

/** Where the client of a run was: what its figures depend on and its settings do not say. */
final class Environment {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

  private Environment() {}

  /** As names and values; what the system does not tell is "unknown". */
  static Map<String, Object> capture() {
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("wisp", Product.version());
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    environment.put("architecture", System.getProperty("os.arch"));
    environment.put("cpu", field(CPU_INFO, "model name"));
    environment.put("cores", cores());
    environment.put("coresAllowed", field(STATUS, "Cpus_allowed_list"));
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
