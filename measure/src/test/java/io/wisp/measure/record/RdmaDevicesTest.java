// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.measure.record.Environment.RdmaDevice;
import io.wisp.measure.record.Environment.RdmaPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
class RdmaDevicesTest {

  @TempDir Path sys;

  private void write(String file, String content) throws IOException {
    Path path = sys.resolve("class").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content + "\n");
  }

  private void putOnCard(String device, String driver) throws IOException {
    Path card = Files.createDirectories(sys.resolve("devices").resolve(device));
    Path code = Files.createDirectories(sys.resolve("drivers").resolve(driver));
    Files.createSymbolicLink(card.resolve("driver"), code);
    Files.createDirectories(sys.resolve("class").resolve(device));
    Files.createSymbolicLink(sys.resolve("class").resolve(device).resolve("device"), card);
  }

  private RdmaDevice only() {
    assertThat(new RdmaDevices(sys.resolve("class")).list()).hasSize(1);
    return new RdmaDevices(sys.resolve("class")).list().getFirst();
  }

  @Test
  void shouldFindNoneWhereTheKernelKnowsOfNone() {
    assertThat(new RdmaDevices(sys.resolve("class")).list()).isEmpty();
  }

  @Test
  void shouldDescribeACardAndItsPorts() throws IOException {
    putOnCard("mlx5_0", "mlx5_core");
    write("mlx5_0/node_type", "1: CA");
    write("mlx5_0/node_desc", "some host");
    write("mlx5_0/fw_ver", "16.35.2000");
    write("mlx5_0/ports/1/state", "4: ACTIVE");
    write("mlx5_0/ports/1/phys_state", "5: LinkUp");
    write("mlx5_0/ports/1/link_layer", "InfiniBand");
    write("mlx5_0/ports/1/rate", "100 Gb/sec (4X EDR)");
    write("mlx5_0/ports/2/state", "1: DOWN");

    RdmaDevice device = only();

    assertThat(device.name()).isEqualTo("mlx5_0");
    assertThat(device.nodeType()).isEqualTo("CA");
    assertThat(device.driver()).isEqualTo("mlx5_core");
    assertThat(device.firmware()).isEqualTo("16.35.2000");
    assertThat(device.emulated()).isFalse();
    assertThat(device.ports())
        .containsExactly(
            new RdmaPort("1", "ACTIVE", "LinkUp", "InfiniBand", "100 Gb/sec (4X EDR)"),
            new RdmaPort("2", "DOWN", null, null, null));
  }

  @Test
  void shouldRecogniseSoftRoceThatHasNoHardware() throws IOException {
    write("rxe0/node_desc", "rxe");
    write("rxe0/parent", "veth0");
    write("rxe0/fw_ver", "");

    assertThat(only().driver()).isEqualTo("rxe");
    assertThat(only().firmware()).isNull();
    assertThat(only().emulated()).isTrue();
  }

  @Test
  void shouldRecogniseSoftRoceThatWasRenamedAndHangsOffANetworkCard() throws IOException {
    putOnCard("roce0", "e1000e");
    write("roce0/node_desc", "some host");
    write("roce0/parent", "eth0");

    assertThat(only().driver()).isEqualTo("rxe");
    assertThat(only().emulated()).isTrue();
  }

  @Test
  void shouldRecogniseSoftIwarpOnANetworkCard() throws IOException {
    putOnCard("siw0", "e1000e");
    write("siw0/node_desc", "Software iWARP stack");

    assertThat(only().driver()).isEqualTo("siw");
    assertThat(only().emulated()).isTrue();
  }

  @Test
  void shouldTakeAnythingWithoutHardwareForEmulated() throws IOException {
    write("new0/node_type", "1: CA");

    assertThat(only().driver()).isNull();
    assertThat(only().emulated()).isTrue();
  }
}
