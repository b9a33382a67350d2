// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the RDMA tests stand on: without a working device the others would have nothing to test. */
@Tag("rdma")
class RdmaDeviceTest {

  private static final Path DEVICES = Path.of("/sys/class/infiniband");

  private static List<Path> content(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldHaveADeviceWithAnActivePort() {
    assertThat(DEVICES).isDirectory();
    assertThat(content(DEVICES))
        .flatMap(device -> content(device.resolve("ports")))
        .extracting(port -> Files.readString(port.resolve("state")))
        .anyMatch(state -> state.startsWith("4: ACTIVE"));
  }

  @Test
  void shouldHaveADeviceFileThatThisProcessMayUse() {
    assertThat(content(Path.of("/dev/infiniband")))
        .filteredOn(file -> file.getFileName().toString().startsWith("uverbs"))
        .isNotEmpty()
        .anySatisfy(file -> assertThat(file).isReadable().isWritable());
  }
}
