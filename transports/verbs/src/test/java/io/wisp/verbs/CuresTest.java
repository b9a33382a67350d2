// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.verbs.raw.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CuresTest {

  private static final DeviceAttributes DEVICE =
      new DeviceAttributes(
          "", 0, 1L << 32, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, AtomicCapability.NONE, 1, 1, 1, 1, 1);

  private static String ofRegistering(long length, int access, Errno errno) {
    return Cures.ofRegistering(length, access, DEVICE, errno.number());
  }

  @Test
  void shouldReadTheLimitOfLockedMemory(@TempDir Path folder) throws IOException {
    Path limits =
        Files.writeString(
            folder.resolve("limits"),
            """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             95588                95588                processes
            Max locked memory         8388608              unlimited            bytes
            """);
    assertThat(Cures.lockedMemoryLimit(limits)).isEqualTo("8388608 bytes");
    Files.writeString(limits, "Max locked memory         unlimited       unlimited      bytes\n");
    assertThat(Cures.lockedMemoryLimit(limits)).isEqualTo("any amount of memory");
    assertThat(Cures.lockedMemoryLimit(folder.resolve("absent")))
        .isEqualTo("a limited amount of memory");
  }

  @Test
  void shouldNameTheLimitOfLockedMemoryWhenMemoryCannotBeRegistered() {
    assertThat(ofRegistering(5L << 30, 1, Errno.ENOMEM))
        .startsWith("the process may lock ")
        .contains("raise RLIMIT_MEMLOCK (ulimit -l unlimited; LimitMEMLOCK=infinity");
  }

  @Test
  void shouldNameTheCgroupWhenItAllowsNoMoreOfSomething() {
    assertThat(Cures.of(Errno.EAGAIN.number()))
        .isEqualTo(
            "the rdma cgroup of this process allows no more of these (raise rdma.max), or the device"
                + " has no more");
    assertThat(ofRegistering(5L << 30, 1, Errno.EAGAIN)).contains("rdma.max");
  }

  @Test
  void shouldNameTheDevicesLongestRegion() {
    assertThat(ofRegistering((1L << 32) + 1, 1, Errno.EINVAL))
        .isEqualTo("the device's longest memory region has 4294967296 bytes");
  }

  @Test
  void shouldSayThatRemoteWritingNeedsLocalWriting() {
    assertThat(ofRegistering(1, AccessFlag.REMOTE_WRITE.code(), Errno.EINVAL))
        .isEqualTo("REMOTE_WRITE and REMOTE_ATOMIC need LOCAL_WRITE too");
    assertThat(
            ofRegistering(
                1, AccessFlag.mask(AccessFlag.REMOTE_WRITE, AccessFlag.LOCAL_WRITE), Errno.EINVAL))
        .isEqualTo("the device does not accept these arguments");
  }

  @Test
  void shouldNameTheDeviceFileThatCannotBeOpened() {
    assertThat(Cures.ofOpening("/dev/infiniband/uverbs0", Errno.EACCES.number()))
        .startsWith("no permission on /dev/infiniband/uverbs0: give this user read and write");
    assertThat(Cures.ofOpening("/dev/infiniband/uverbs0", Errno.ENOENT.number()))
        .startsWith("/dev/infiniband/uverbs0 is not there: load the kernel module ib_uverbs");
  }

  @Test
  void shouldNameEveryLimitThatIsExceeded() {
    assertThat(
            new Cures.Limits()
                .check("a", 5, "max_a", 4)
                .check("b", 4, "max_b", 4)
                .check("c", -1, "max_c", 9)
                .sentence())
        .contains(
            "a=5 is over the device's max_a of 4; c=4294967295 is over the device's max_c of 9");
    assertThat(new Cures.Limits().check("a", 4, "max_a", 4).sentence()).isEmpty();
  }

  @Test
  void shouldMakeAMessageOfCallArgumentsErrorAndCure() {
    VerbsException exception = new VerbsException("ibv_call", "device=rxe0", 16);
    assertThat(exception).hasMessage("ibv_call(device=rxe0): EBUSY: it is in use");
    assertThat(exception.call()).isEqualTo("ibv_call");
    assertThat(exception.errno()).isEqualTo(16);
    assertThat(exception.errnoName()).isEqualTo("EBUSY");
    assertThat(new VerbsException("ibv_call", "", 200))
        .hasMessage("ibv_call(): errno 200: see errno(3)");
  }
}
