// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process finds that ended while another member's snapshot came. */
class SnapshotFolderTest {

  @TempDir private Path root;

  private SnapshotFolder open() throws IOException {
    RaftStorageDirectory directory =
        new RaftStorageDirectory() {
          @Override
          public File getRoot() {
            return root.toFile();
          }

          @Override
          public boolean isHealthy() {
            return true;
          }
        };
    SnapshotFolder folder = new SnapshotFolder();
    folder.init(
        (RaftStorage)
            Proxy.newProxyInstance(
                RaftStorage.class.getClassLoader(),
                new Class<?>[] {RaftStorage.class},
                (proxy, method, arguments) -> directory));
    return folder;
  }

  private void write(String folder, String name) throws IOException {
    Path path = Files.createDirectories(root.resolve(folder));
    Files.writeString(path.resolve(name), "snapshot");
  }

  private static String latest(SnapshotFolder folder) {
    return Objects.requireNonNull(folder.latest()).file().getFileName().toString();
  }

  @Test
  void shouldHaveItsOwnWhileThatOfAnotherIsNotInItsPlace() throws IOException {
    write("sm.tmp2026-11-30", "snapshot.2_100");
    write("tmp/snapshot-0f1e", "snapshot.3_900");
    assertThat(latest(open())).isEqualTo("snapshot.2_100");
    assertThat(root).isDirectoryNotContaining("glob:**/{tmp,sm.tmp*}");
  }

  @Test
  void shouldHaveThatOfAnotherWhenItIsInItsPlace() throws IOException {
    write("sm.tmp2026-11-30", "snapshot.2_100");
    write("sm", "snapshot.3_900");
    assertThat(latest(open())).isEqualTo("snapshot.3_900");
    assertThat(root).isDirectoryNotContaining("glob:**/{tmp,sm.tmp*}");
  }
}
