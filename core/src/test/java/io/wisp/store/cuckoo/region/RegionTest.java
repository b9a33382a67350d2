// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.store.cuckoo.RemoteClient;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.remote.TableFormatException;
import io.wisp.store.cuckoo.remote.TableLayout;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegionTest {

  private static final long SIZE = 4 << 20;

  @TempDir private Path folder;

  @Test
  void shouldShareWhatAStoreHoldsWithWhoeverMapsItsFile() throws IOException {
    Path file = folder.resolve("region");
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(SIZE);
    CuckooStore store = CuckooStore.open(options, Region.inFile(file, SIZE));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      assertThat(store.sharedFile()).contains(file);
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE, arena);
      RemoteClient client =
          new RemoteClient(mapped, RemoteTable.Options.DEFAULT, RemoteReads::copy);
      for (int i = 0; i < 5000; i++) {
        store.put(Slice.of("key " + i), Slice.of("value " + i));
      }
      for (int i = 0; i < 5000; i++) {
        assertThat(client.get("key " + i)).isEqualTo("value " + i);
      }
      assertThat(client.get("no such key")).isNull();
      store.close();
      assertThat(Files.exists(file)).isFalse();
      assertThatThrownBy(() -> TableLayout.parse(mapped, 0, SIZE))
          .isInstanceOf(TableFormatException.class)
          .hasMessageContaining("was closed");
    }
  }

  @Test
  void shouldLetNobodyButTheOwnerAtTheFileAndGiveItAllItsSpace() throws IOException {
    Path file = folder.resolve("region");
    try (Region region = Region.inFile(file, SIZE)) {
      assertThat(region.file()).contains(file);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.size(file)).isEqualTo(SIZE);
      assertThat(512 * blocks(file)).isGreaterThanOrEqualTo(SIZE);
      assertThat(region.memory().byteSize()).isEqualTo(SIZE);
      assertThat(region.memory().mismatch(MemorySegment.ofArray(new byte[(int) SIZE])))
          .isEqualTo(-1);
    }
    assertThat(Files.exists(file)).isFalse();
  }

  private static long blocks(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "--format=%b", file.toString()).start();
    try (BufferedReader output = stat.inputReader()) {
      return Long.parseLong(output.readLine());
    }
  }

  @Test
  void shouldWriteZerosWhereSpaceCannotBeReservedOtherwise() throws IOException {
    long bytes = (3 << 20) + 17;
    Path file = folder.resolve("zeros");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      FileReservation.writeZeros(channel, bytes);
    }
    assertThat(Files.size(file)).isEqualTo(bytes);
    assertThat(Files.readAllBytes(file)).containsOnly(0);
  }

  @Test
  void shouldLeaveNoFileAndSayWhyWhenThereIsNotTheSpace() {
    Path file = folder.resolve("region");
    assertThatThrownBy(() -> Region.inFile(file, 1L << 62))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "cannot create " + file + " for a region of 4611686018427387904 bytes: posix_fallocate")
        .hasMessageContaining("bytes are free there; ask for less memory");
    assertThat(Files.exists(file)).isFalse();
  }

  @Test
  void shouldNotTouchAFileThatExistsAndSayWhenThereIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("mine"), "precious");
    assertThatThrownBy(() -> Region.inFile(file, SIZE))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot create "
                + file
                + " for a region: it exists already; another server may use it");
    assertThat(Files.readString(file)).isEqualTo("precious");
    Path nowhere = folder.resolve("nowhere/region");
    assertThatThrownBy(() -> Region.inFile(nowhere, SIZE))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot create " + nowhere + " for a region: there is no such folder");
  }

  @Test
  void shouldNotRemoveAnotherFileThatHasTheNameByNow() throws IOException {
    Path file = folder.resolve("region");
    try (Region region = Region.inFile(file, SIZE)) {
      Files.move(file, folder.resolve("moved"));
      Files.writeString(file, "precious");
      assertThat(region.file()).contains(file);
    }
    assertThat(Files.readString(file)).isEqualTo("precious");
  }

  @Test
  void shouldLeaveNothingBesideAFileThatCannotBeKept() throws IOException {
    Path file = folder.resolve("region");
    Files.write(file, new byte[100]);
    assertThatThrownBy(() -> Region.keptIn(file, SIZE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has 100 bytes");
    Files.write(file, new byte[Math.toIntExact(SIZE)]);
    assertThatThrownBy(() -> Region.keptIn(file, SIZE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds no table");
    assertThat(folder).isDirectoryNotContaining("glob:**.lock");
  }

  @Test
  void shouldHaveNoFileInMemoryOfItsOwn() {
    try (CuckooStore store = CuckooStore.open(SIZE)) {
      assertThat(store.sharedFile()).isEmpty();
    }
  }
}
