// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What Linux says of this process and its machine; elsewhere nothing. A file of the process is read
 * when a figure of it is first wanted, and then all figures of it are as old as that.
 */
final class ProcessFigures {

  /** The kernel tells times in hundredths of a second, whatever it counts in (USER_HZ). */
  private static final double TICKS_PER_SECOND = 100;

  /** Of the fields behind the program's name in {@code /proc/self/stat}. */
  private static final int USER_TICKS = 11;

  private static final int SYSTEM_TICKS = 12;

  private final Supplier<List<String>> status = new Once<>(() -> lines("self/status"));
  private final Supplier<List<String>> times = new Once<>(ProcessFigures::times);

  private static List<String> times() {
    List<String> stat = lines("self/stat");
    if (stat.isEmpty()) {
      return List.of();
    }
    // The name is in brackets, and may hold any character.
    int end = stat.getFirst().lastIndexOf(')');
    return List.of(stat.getFirst().substring(end + 2).split(" ", -1));
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of("/proc", file));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Memory that is in RAM, in bytes. */
  OptionalLong residentBytes() {
    return bytes(status.get(), "VmRSS:");
  }

  /** The machine's memory, in bytes. */
  static OptionalLong machineBytes() {
    return bytes(lines("meminfo"), "MemTotal:");
  }

  private static OptionalLong bytes(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst();
  }

  /** Time in the kernel, in seconds. */
  OptionalDouble systemSeconds() {
    return seconds(SYSTEM_TICKS);
  }

  /** Time in its own code, in seconds. */
  OptionalDouble userSeconds() {
    return seconds(USER_TICKS);
  }

  private OptionalDouble seconds(int field) {
    List<String> known = times.get();
    return known.size() > field
        ? OptionalDouble.of(Long.parseLong(known.get(field)) / TICKS_PER_SECOND)
        : OptionalDouble.empty();
  }
}
