// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptStoreTest {

  @ParameterizedTest
  @ValueSource(strings = {"nfs", "nfs4", "cifs"})
  void shouldRefuseFileSystemsOfAnotherMachine(String type) {
    assertThatThrownBy(() -> KeptStore.requirePromise(type))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "--keep: on %s, a file system of another machine, nothing could be promised: name a"
                    .formatted(type)
                + " file on this one");
  }

  @Test
  void shouldPromiseOfEachFileSystemWhatItHolds() {
    for (String type : new String[] {"tmpfs", "ext4", "xfs", "overlay", "hugetlbfs", ""}) {
      KeptStore.requirePromise(type);
    }
    assertThat(KeptStore.promise("tmpfs")).isEqualTo("outlives this process, not the machine");
    assertThat(KeptStore.promise("ext4"))
        .isEqualTo("outlives this process, and after an orderly end the machine");
  }
}
