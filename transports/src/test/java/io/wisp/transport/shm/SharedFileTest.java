// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.TransportException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedFileTest {

  private static final int RING_BYTES = 256 << 10;
  private static final long BYTES = ConnectionDescriptor.fileSize(RING_BYTES);

  @TempDir private Path folder;

  private static void cut(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(4096);
    }
  }

  @Test
  void shouldStillSeeThatAFileWasCutWhenTheLookAtItWasCompiled() throws IOException {
    Path path = folder.resolve("connection-1");
    try (SharedFile file = SharedFile.create(path, BYTES)) {
      for (int i = 0; i < 400_000; i++) {
        assertThat(file.isWhole()).isTrue();
      }
      cut(path);
      assertThat(file.isWhole()).isFalse();
    }
  }

  @Test
  void shouldNotMakeNorRemoveWhatIsThereAlready() throws IOException {
    Path path = Files.writeString(folder.resolve("buffer-1"), "data");
    assertThatThrownBy(() -> SharedFile.create(path, BYTES))
        .isInstanceOf(TransportException.class)
        .hasMessage("cannot make " + path + ": it exists already");
    assertThat(path).hasContent("data");
  }

  /** As if the file had been cut after it was last looked at, for the bell is in another one. */
  @Test
  void shouldFreeAConnectionThoughTheOtherSidesBellIsGone() throws IOException {
    Path path = folder.resolve("thread-0");
    int[] closed = new int[1];
    SharedFile bell = SharedFile.create(path, 2 * 4096);
    SharedFile file = SharedFile.create(folder.resolve("connection-1"), BYTES);
    ShmPort port =
        new ShmPort(
            new Doorbell(file.memory().asSlice(ConnectionDescriptor.DOORBELL, Doorbell.BYTES)),
            () -> 1,
            key -> folder.resolve("buffer-" + key));
    ShmMemory memory =
        new ShmMemory(
            0,
            ShmMemory.Side.SERVER,
            port,
            file,
            RING_BYTES,
            new Doorbell(bell.memory().asSlice(4096, Doorbell.BYTES)),
            MemorySegment.NULL,
            key -> folder.resolve("buffer-" + key),
            () -> closed[0]++);
    port.attach(memory);
    cut(path);
    memory.close();
    assertThat(closed[0]).isOne();
    assertThat(port.poll()).as("whose memory would be gone if it still were there").isFalse();
    port.close();
    bell.close();
  }
}
