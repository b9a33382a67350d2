// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.process.SharedMemory;
import io.wisp.transport.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A {@code /dev/shm} in which a client's long request has room, and the server's copy has none. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullSharedMemoryTest {

  @Test
  void shouldRefuseWhatThereIsNoMemoryForAndServeTheClientOn() throws Exception {
    try (SharedMemory memory = SharedMemory.of("6m", ":");
        JavaProcess process = ShmProcess.longRequests(memory.command(), 50_124)) {
      assertThat(process.line()).as("a long request").isEqualTo("REFUSED");
      assertThat(process.line()).as("a long reply").isEqualTo("REFUSED");
      assertThat(process.line()).isEqualTo("CREATED");
      assertThat(process.line()).isEqualTo("FOUND");
    }
  }
}
