// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.TransportException;
import io.wisp.verbs.LocalPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {

  @Test
  void shouldLeaveEverythingOpenIfNothingIsSaid() {
    assertThat(DeviceChoice.parse(null)).isEqualTo(DeviceChoice.ANY);
  }

  @Test
  void shouldReadNamePortAndGidIndex() {
    assertThat(DeviceChoice.parse("mlx5_0"))
        .isEqualTo(new DeviceChoice("mlx5_0", LocalPort.ANY, LocalPort.ANY));
    assertThat(DeviceChoice.parse("mlx5_0:2"))
        .isEqualTo(new DeviceChoice("mlx5_0", 2, LocalPort.ANY));
    assertThat(DeviceChoice.parse("mlx5_0:2:0")).isEqualTo(new DeviceChoice("mlx5_0", 2, 0));
    assertThat(DeviceChoice.parse("rxe0:255:255")).isEqualTo(new DeviceChoice("rxe0", 255, 255));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ":1", "rxe0:1:2:3", ":::"})
  void shouldSayWhatIsWanted(String text) {
    assertThatThrownBy(() -> DeviceChoice.parse(text))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("\"" + text + "\"")
        .hasMessageContaining("NAME:PORT:GID_INDEX");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rxe0:", "rxe0:x", "rxe0:0", "rxe0:256", "rxe0:-1", "rxe0:99999999999"})
  void shouldNameAPortThatIsNone(String text) {
    assertThatThrownBy(() -> DeviceChoice.parse(text))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the port \"" + text.substring(5) + "\"")
        .hasMessageContaining("from 1 to 255");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "256", "0x1"})
  void shouldNameAGidIndexThatIsNone(String index) {
    assertThatThrownBy(() -> DeviceChoice.parse("rxe0:1:" + index))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("the GID index \"" + index + "\"")
        .hasMessageContaining("from 0 to 255");
  }
}
