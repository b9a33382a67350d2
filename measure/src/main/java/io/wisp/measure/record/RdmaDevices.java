// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.record;

import io.wisp.measure.record.Environment.RdmaDevice;
import io.wisp.measure.record.Environment.RdmaPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The RDMA devices of a machine, as Linux lists them in {@code /sys/class/infiniband}, for which no
 * library is needed. The names of files are those of the kernel's {@code
 * Documentation/ABI/stable/sysfs-class-infiniband}.
 */
final class RdmaDevices {

  private final Path folder;

  /**
   * The devices of a folder.
   *
   * @param folder that of the class, {@code /sys/class/infiniband}
   */
  RdmaDevices(Path folder) {
    this.folder = folder;
  }

  /** All of them by name; none where the folder is missing. */
  List<RdmaDevice> list() {
    return children(folder).map(RdmaDevices::device).toList();
  }

  private static RdmaDevice device(Path device) {
    Optional<String> software = software(device);
    return new RdmaDevice(
        name(device),
        content(device.resolve("node_type")).map(RdmaDevices::meaning).orElse(null),
        software.or(() -> driver(device)).orElse(null),
        content(device.resolve("fw_ver")).orElse(null),
        software.isPresent() || !Files.exists(device.resolve("device")),
        children(device.resolve("ports")).map(RdmaDevices::port).toList());
  }

  /**
   * The driver of a device that is software: {@code rxe} or {@code siw}. Old kernels put either
   * below a network card, whose driver would then be taken for its own; but rxe alone names its
   * network interface in {@code parent}, and siw describes its node by a fixed text. A device of
   * neither that has no hardware behind it is emulated as well.
   */
  private static Optional<String> software(Path device) {
    String description = content(device.resolve("node_desc")).orElse("");
    if (Files.exists(device.resolve("parent")) || description.equals("rxe")) {
      return Optional.of("rxe");
    }
    return description.startsWith("Software iWARP") ? Optional.of("siw") : Optional.empty();
  }

  private static Optional<String> driver(Path device) {
    try {
      return Optional.of(name(device.resolve("device").resolve("driver").toRealPath()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static RdmaPort port(Path port) {
    return new RdmaPort(
        name(port),
        text(port, "state"),
        text(port, "phys_state"),
        content(port.resolve("link_layer")).orElse(null),
        content(port.resolve("rate")).orElse(null));
  }

  private static @Nullable String text(Path port, String file) {
    return content(port.resolve(file)).map(RdmaDevices::meaning).orElse(null);
  }

  /** Of a number and its meaning, {@code 4: ACTIVE}, the meaning. */
  private static String meaning(String value) {
    return value.replaceFirst("^\\d+:\\s*", "");
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static Stream<Path> children(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList().stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  /** What a file says; the kernel leaves some of them empty, and lets others not be read. */
  private static Optional<String> content(Path file) {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1).strip())
          .filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
