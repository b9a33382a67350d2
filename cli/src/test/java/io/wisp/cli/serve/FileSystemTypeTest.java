// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSystemTypeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "9p",
        "virtiofs",
        "vboxsf",
        "lustre",
        "gpfs",
        "pvfs2",
        "ceph",
        "afs",
        "coda",
        "gfs2",
        "ocfs2"
      })
  void shouldRefuseWhatOtherMachinesServeOrShare(String name) {
    assertThatThrownBy(new FileSystemType(name)::requirePromise)
        .isInstanceOf(UserError.class)
        .hasMessage(
            "--keep: nothing could be promised on the file system %s, which other machines serve or"
                    .formatted(name)
                + " share: name a file on this one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fuse", "fuseblk", "fuse.sshfs", "fuse.fuse-overlayfs", "fuseblk.ntfs"})
  void shouldRefuseWhatAProcessServes(String name) {
    assertThatThrownBy(new FileSystemType(name)::requirePromise)
        .isInstanceOf(UserError.class)
        .hasMessage(
            "--keep: nothing could be promised on the file system %s, which a process serves"
                    .formatted(name)
                + " (FUSE), with whose end writes are lost: name a file on a file system of the"
                + " kernel's own");
  }

  @Test
  void shouldPromiseOfEachFileSystemWhatItHolds() {
    for (String name :
        new String[] {"tmpfs", "ext4", "xfs", "overlay", "hugetlbfs", "fusion", ""}) {
      new FileSystemType(name).requirePromise();
    }
    assertThat(new FileSystemType("tmpfs").promise())
        .isEqualTo("outlives this process, not the machine");
    assertThat(new FileSystemType("ext4").promise())
        .isEqualTo("outlives this process, and after an orderly end the machine");
    assertThat(new FileSystemType("tmpfs").promiseOfLog())
        .isEqualTo("the log is in memory: it outlives this process, not the machine");
    assertThat(new FileSystemType("ext4").promiseOfLog())
        .isEqualTo("each write is on the disk before it is acknowledged");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldKnowTheFileSystemOfAFileThatIsThereOrWillBe() throws IOException {
    assertThat(FileSystemType.of(Path.of("/proc/self/status")).name()).isEqualTo("proc");
    assertThat(FileSystemType.of(Path.of("/proc/no such file")).name()).isEqualTo("proc");
    assertThat(FileSystemType.of(Path.of("/proc/no such folder/file")).name()).isEmpty();
  }
}
