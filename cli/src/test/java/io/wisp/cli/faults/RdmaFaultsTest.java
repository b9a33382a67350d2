// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.process.SharedMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that may not use the RDMA device that is there: they serve by all else, and say why. */
@Tag("rdma")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaFaultsTest {

  private static ServerProcess start(List<String> before) throws Exception {
    return ServerProcess.with("--memory", "32m", "--threads", "1")
        .behind(before.toArray(String[]::new))
        .start();
  }

  private static void requireAllButRdma(ServerProcess server, String reason) throws Exception {
    assertThat(List.of("tcp ", "zmq ", "shm ")).allMatch(server::hasSaid);
    assertThat(server.hasSaid("rdma ")).isFalse();
    assertThat(server.out()).containsPattern("not served  rdma: .*" + reason);
    assertThat(server.out() + server.err()).doesNotContain("Exception", "\tat ");
    server.terminate();
    assertThat(server.exitCode()).isZero();
  }

  @Test
  void shouldServeByRdmaWhereNothingForbidsIt() throws Exception {
    try (ServerProcess server = start(List.of())) {
      assertThat(List.of("tcp ", "zmq ", "shm ", "rdma ")).allMatch(server::hasSaid);
      assertThat(server.out()).doesNotContain("not served");
      server.terminate();
      assertThat(server.exitCode()).isZero();
    }
  }

  /** What users have by default; only root may lock more than its limit says. */
  @Test
  void shouldSayThatTooLittleMemoryMayBeLocked() throws Exception {
    List<String> command = new ArrayList<>();
    if (SharedMemory.isRoot()) {
      command.addAll(List.of("setpriv", "--bounding-set=-ipc_lock"));
    }
    command.addAll(List.of("prlimit", "--memlock=65536:65536"));
    try (ServerProcess server = start(command)) {
      requireAllButRdma(server, "65536 bytes: raise RLIMIT_MEMLOCK");
    }
  }

  /** As a container that was not given it. */
  @Test
  void shouldSayThatTheFileOfTheDeviceIsMissing() throws Exception {
    assumeTrue(SharedMemory.isRoot(), "only root can hide a file from one process");
    String hide = "mount -t tmpfs tmpfs /dev/infiniband && exec \"$@\"";
    List<String> command = List.of("unshare", "--mount", "sh", "-c", hide, "sh");
    try (ServerProcess server = start(command)) {
      requireAllButRdma(server, "/dev/infiniband/uverbs\\d+ is not here: ");
    }
  }
}
