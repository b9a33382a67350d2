// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.process.SharedMemory;
import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerFolderTest {

  private static final int OTHER_USER = 64_123;

  @TempDir private Path victim;
  private Endpoint endpoint = new Endpoint("127.0.0.1", 0);

  @BeforeEach
  void chooseAPort() {
    try (ServerFolder free = ServerFolder.take(endpoint)) {
      endpoint = new Endpoint("127.0.0.1", free.port());
    }
  }

  private Path folder() {
    return OneSidedServer.folder(endpoint.port());
  }

  @AfterEach
  void nothingIsLeftBehind() {
    assertThat(folder()).doesNotExist();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void shouldBeItsOwnersAloneAndGoWithTheServer() throws IOException {
    try (ServerFolder taken = ServerFolder.take(endpoint)) {
      assertThat(taken.port()).isEqualTo(endpoint.port());
      assertThat(mode(folder())).isEqualTo("rwx------");
      assertThat(mode(folder().resolveSibling("locks"))).isEqualTo("rw-------");
      assertThat(mode(UserFolder.make())).isEqualTo("rwx------");
    }
    assertThat(folder()).doesNotExist();
  }

  @Test
  void shouldNotTakeTheFolderOfAServerThatRuns() {
    try (ServerFolder taken = ServerFolder.take(endpoint)) {
      assertThatThrownBy(() -> ServerFolder.take(endpoint))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("another server has the folder " + folder());
      assertThat(taken.files().folder()).exists();
    }
  }

  @Test
  void shouldRemoveWhatAServerMakesAndNothingElse() throws IOException {
    Files.createDirectory(folder(), PrivateFolder.FOLDER_MODE);
    List<String> made =
        List.of("control", "table", "thread-0", "buffer-12", "connection-3", "connection-3-4");
    List<String> others = List.of("controls", "thread-", "connection-3-4-5", "notes", "lock");
    Path precious = Files.writeString(victim.resolve("precious"), "data");
    for (String name : made) {
      Files.createSymbolicLink(folder().resolve(name), precious);
    }
    for (String name : others) {
      Files.createFile(folder().resolve(name));
    }
    try (ServerFolder taken = ServerFolder.take(endpoint)) {
      assertThat(OneSidedServer.files(endpoint.port())).hasSameElementsAs(others);
      Files.createFile(taken.files().connection(31));
      Files.createFile(taken.files().clientBuffer(31, 1));
      Files.createFile(taken.files().clientBuffer(3, 1));
      Files.createFile(taken.files().serverBuffer(31));
      taken.removeFilesOf(31);
      assertThat(taken.files().connection(31)).doesNotExist();
      assertThat(taken.files().clientBuffer(31, 1)).doesNotExist();
      assertThat(taken.files().clientBuffer(3, 1)).exists();
      assertThat(taken.files().serverBuffer(31)).exists();
    }
    assertThat(precious).hasContent("data");
    assertThat(OneSidedServer.files(endpoint.port())).hasSameElementsAs(others);
    for (String name : others) {
      Files.delete(folder().resolve(name));
    }
    Files.delete(folder());
  }

  /** As the end of its process leaves it. */
  private static void crash(ServerFolder taken) throws IOException {
    taken.lock().close();
  }

  @Test
  void shouldRemoveTheFolderOfAServerThatCrashedAndOfNoneThatRuns() throws IOException {
    Path user = UserFolder.make();
    Path notes = user.resolve("notes");
    Path noPort = user.resolve("65536");
    Files.writeString(notes, "data");
    Files.createDirectory(noPort, PrivateFolder.FOLDER_MODE);
    try (ServerFolder running = ServerFolder.take(new Endpoint("127.0.0.1", 0))) {
      Files.createFile(running.files().control());
      ServerFolder crashed = ServerFolder.take(endpoint);
      Files.createFile(crashed.files().control());
      ServerFolder.removeAbandoned(user);
      assertThat(crashed.files().control()).as("not yet").exists();
      crash(crashed);
      ServerFolder.removeAbandoned(user);
      assertThat(folder()).doesNotExist();
      assertThat(running.files().control()).exists();
      assertThat(notes).hasContent("data");
      assertThat(noPort).exists();
    } finally {
      Files.delete(notes);
      Files.delete(noPort);
    }
  }

  @Test
  void shouldRemoveTheSecondNameOfAKeptTableAlone() throws IOException {
    Path kept = SharedTable.keptFile(endpoint.port());
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(1L << 20);
    try (CuckooStore store = CuckooStore.keep(options, kept)) {
      assertThat(store.put(Slice.of("key"), Slice.of("value"))).isEqualTo(Status.CREATED);
      ServerFolder taken = ServerFolder.take(endpoint);
      Files.createLink(taken.files().table(), kept);
      crash(taken);
    }
    try {
      assertThat(SharedTable.keptFile(endpoint.port())).isEqualTo(kept);
      assertThat(folder()).doesNotExist();
      try (CuckooStore store = CuckooStore.keep(options, kept)) {
        assertThat(store.contains(Slice.of("key"))).isTrue();
      }
    } finally {
      Files.delete(kept);
      Files.delete(kept.resolveSibling(kept.getFileName() + ".lock"));
    }
  }

  @Test
  void shouldWaitForWhoClearsItsFolderAwayAndForNobodyElse() throws Exception {
    Path user = UserFolder.make();
    CompletableFuture<ServerFolder> start;
    try (UserLock removal = UserLock.tryLock(user, ServerFolder.REMOVAL);
        UserLock port = UserLock.tryLock(user, endpoint.port())) {
      assertThat(removal).isNotNull();
      assertThat(port).isNotNull();
      start = CompletableFuture.supplyAsync(() -> ServerFolder.take(endpoint));
      Thread.sleep(100);
      assertThat(start).isNotDone();
    }
    start.join().close();
    try (UserLock port = UserLock.tryLock(user, endpoint.port())) {
      assertThat(port).isNotNull();
      assertThatThrownBy(() -> ServerFolder.take(endpoint)).isInstanceOf(TransportException.class);
    }
  }

  private static String line(JavaProcess process) {
    try {
      return process.line();
    } catch (IOException ended) {
      return ended.toString();
    }
  }

  @Test
  void shouldNeitherRefuseNorRobAServerThatStartsWhereItsFolderIsClearedAway() throws Exception {
    Path user = UserFolder.make();
    try (JavaProcess crashes = ShmProcess.crashes(endpoint.port())) {
      CompletableFuture<String> end = CompletableFuture.supplyAsync(() -> line(crashes));
      while (!end.isDone()) {
        ServerFolder.removeAbandoned(user);
      }
      assertThat(end.join()).isEqualTo("ended");
    }
    ServerFolder.removeAbandoned(user);
  }

  private void requireRefusal(String reason) {
    assertThatThrownBy(() -> new ShmTransport().serve(new HeapStore(), ServerOptions.at(endpoint)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot listen on " + endpoint + ": ")
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> new ShmTransport().connect(endpoint, ClientOptions.defaults()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot connect to " + endpoint + ": no server of this user");
  }

  @ParameterizedTest
  @ValueSource(strings = {"symbolic link", "file", "pipe", "folder that others may enter"})
  void shouldNeitherServeNorConnectInWhatIsNoFolderOfTheUsersAlone(String what) throws Exception {
    Path precious = Files.writeString(victim.resolve("control"), "data");
    switch (what) {
      case "symbolic link" -> Files.createSymbolicLink(folder(), victim);
      case "file" -> Files.createFile(folder(), PrivateFolder.FOLDER_MODE);
      case "pipe" -> makePipe(folder());
      default -> {
        Files.createDirectory(folder());
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwx---r-x"));
      }
    }
    requireRefusal(folder() + " is no folder of this user's alone");
    assertThat(precious).hasContent("data");
    Files.delete(folder());
    ServerFolder.take(endpoint).close();
  }

  private static void makePipe(Path path) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor())
        .isZero();
  }

  @Test
  void shouldNeitherServeNorConnectInAFolderOfAnotherUser() throws IOException {
    assumeTrue(SharedMemory.isRoot(), "only root can make a folder another user's");
    Files.createDirectory(folder(), PrivateFolder.FOLDER_MODE);
    Files.setAttribute(folder(), "unix:uid", OTHER_USER);
    requireRefusal(folder() + " is no folder of this user's alone");
    Files.delete(folder());
  }

  @Test
  void shouldNotKeepAFolderThatItCannotClear() throws IOException {
    Path inside = folder().resolve("table").resolve("file");
    Files.createDirectory(folder(), PrivateFolder.FOLDER_MODE);
    // Whatever the order is in which they are listed, there is one behind the folder.
    Files.createFile(folder().resolve("control"));
    Files.createDirectory(inside.getParent());
    Files.createFile(inside);
    Files.createFile(folder().resolve("thread-0"));
    assertThatThrownBy(() -> ServerFolder.take(endpoint))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot listen on " + endpoint)
        .hasMessageContaining("cannot remove " + inside.getParent());
    assertThat(OneSidedServer.files(endpoint.port())).as("what could be").containsExactly("table");
    assertThat(inside).exists();
    Files.delete(inside);
    Files.delete(inside.getParent());
    ServerFolder.take(endpoint).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"symbolic link", "pipe", "folder"})
  void shouldMapFilesAloneAndNotWaitForTheOtherEndOfAPipe(String what) throws Exception {
    Path path = victim.resolve("buffer-1");
    switch (what) {
      case "symbolic link" ->
          Files.createSymbolicLink(path, Files.writeString(victim.resolve("file"), "data"));
      case "pipe" -> makePipe(path);
      default -> Files.createDirectory(path);
    }
    assertThatThrownBy(() -> SharedFile.open(path, java.nio.channels.FileChannel.MapMode.READ_ONLY))
        .isInstanceOf(TransportException.class)
        .hasMessage("cannot map " + path + ": " + path + " is no file");
  }
}
