// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.record;

import io.wisp.measure.machine.CoreList;
import io.wisp.measure.record.Environment.Java;
import io.wisp.measure.record.Environment.Machine;
import io.wisp.measure.record.Environment.Software;
import io.wisp.measure.record.Environment.TransportState;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds out under which conditions this process runs. */
public final class EnvironmentCapture {

  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");
  private static final Set<String> GUESTS = Set.of("tcg", "kvm");

  private EnvironmentCapture() {}

  /** The conditions here and now. */
  public static Environment capture(Instant start, List<String> commandLine) {
    return new Environment(
        Environment.FORMAT,
        Environment.VERSION,
        start.toString(),
        commandLine,
        software(),
        machine(),
        java(),
        Transports.all().stream()
            .map(each -> new TransportState(each.name(), each.unavailable().orElse(null)))
            .toList(),
        new RdmaDevices(Path.of("/sys/class/infiniband")).list());
  }

  private static Software software() {
    Path program = program();
    Path folder = Files.isDirectory(program) ? program : program.getParent();
    String commit = output(folder, "git", "rev-parse", "HEAD").orElse(null);
    Boolean dirty =
        commit == null
            ? null
            : output(folder, "git", "status", "--porcelain")
                .map(changes -> !changes.isEmpty())
                .orElse(null);
    return new Software(commit, dirty, Files.isDirectory(program) ? null : sha256(program));
  }

  private static Path program() {
    try {
      return Path.of(
          EnvironmentCapture.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the program's own place is not a path", e);
    }
  }

  private static @Nullable String sha256(Path file) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (IOException | NoSuchAlgorithmException e) {
      return null;
    }
  }

  /** Where this process runs. */
  public static Machine machine() {
    return machine(System.getenv());
  }

  /** The same by the variables of an environment that may be another's. */
  static Machine machine(Map<String, String> variables) {
    return new Machine(
        field("/proc/cpuinfo", "model name").orElse(null),
        cores(),
        CoreList.allowedHere().isEmpty() ? null : CoreList.allowedHere(),
        field("/proc/meminfo", "MemTotal").map(EnvironmentCapture::kibibytes).orElse(null),
        Stream.of("os.name", "os.version", "os.arch")
            .map(System::getProperty)
            .collect(Collectors.joining(" ")),
        field("/etc/os-release", "PRETTY_NAME").orElse(null),
        hypervisor().orElse(null),
        guest(variables),
        content("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").orElse(null),
        content("/sys/kernel/mm/transparent_hugepage/enabled").orElse(null),
        content("/proc/loadavg").orElse(null));
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

  private static Optional<String> hypervisor() {
    boolean virtual =
        field("/proc/cpuinfo", "flags").stream()
            .flatMap(flags -> Stream.of(flags.split(" ", -1)))
            .anyMatch("hypervisor"::equals);
    return virtual
        ? Optional.of(content("/sys/class/dmi/id/sys_vendor").orElse("unknown hypervisor"))
        : Optional.empty();
  }

  /** What this process runs on. */
  public static Java java() {
    return new Java(
        Runtime.version().toString(),
        System.getProperty("java.vendor"),
        System.getProperty("java.vm.name"),
        ManagementFactory.getRuntimeMXBean().getInputArguments());
  }

  private static long kibibytes(String text) {
    return 1024 * Long.parseLong(text.replaceAll("\\D", ""));
  }

  /** The value in the first line {@code name: value} or {@code name="value"} of a file. */
  private static Optional<String> field(String file, String name) {
    return content(file).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).replaceFirst("^\\s*[:=]\\s*", ""))
        .map(value -> value.replace("\"", "").strip())
        .findFirst();
  }

  private static Optional<String> content(String file) {
    try {
      return Optional.of(Files.readString(Path.of(file), StandardCharsets.ISO_8859_1).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> output(@Nullable Path folder, String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder == null ? null : folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0
          ? Optional.of(text)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
