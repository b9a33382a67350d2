package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.HeapStore;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerFolderTest {

  private static final int OTHER_USER = 64_123;

  private Endpoint endpoint = new Endpoint("127.0.0.1", 0);

  @BeforeEach
  void chooseAPort() {
    try (ServerFolder free = ServerFolder.take(endpoint)) {
      endpoint = new Endpoint("127.0.0.1", free.port());
    }
  }

  private Path folder() {
    return ServerFolder.of(endpoint.port());
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    Files.deleteIfExists(folder().resolve("lock"));
    Files.deleteIfExists(folder());
  }

  @Test
  void shouldBeItsOwnersAloneAndGoWithTheServer() throws IOException {
    try (ServerFolder taken = ServerFolder.take(endpoint)) {
      assertThat(taken.port()).isEqualTo(endpoint.port());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
          .isEqualTo("rwx------");
    }
    assertThat(folder()).doesNotExist();
  }

  @Test
  void shouldNotTakeTheFolderOfAServerThatRuns() {
    try (ServerFolder taken = ServerFolder.take(endpoint)) {
      assertThatThrownBy(() -> ServerFolder.take(endpoint))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("another server has the folder " + folder());
      assertThat(ServerFolder.of(taken.port())).exists();
    }
  }

  @Test
  void shouldNotKeepAFolderThatItCannotClear() throws IOException {
    Path inside = folder().resolve("folder").resolve("file");
    Files.createDirectories(inside.getParent());
    Files.createFile(inside);
    assertThatThrownBy(() -> ServerFolder.take(endpoint))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot listen on " + endpoint);
    Files.delete(inside);
    ServerFolder.take(endpoint).close();
    assertThat(folder()).doesNotExist();
  }

  @Test
  void shouldNeitherServeNorConnectInAFolderOfAnotherUser() throws IOException {
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assumeTrue(self.equals(0), "only root can make a folder another user's");
    Files.createDirectory(folder());
    Files.setAttribute(folder(), "unix:uid", OTHER_USER);
    assertThatThrownBy(() -> new ShmTransport().serve(new HeapStore(), ServerOptions.at(endpoint)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("belongs to another user, with the id " + OTHER_USER);
    assertThatThrownBy(() -> new ShmTransport().connect(endpoint, ClientOptions.defaults()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("belongs to another user, with the id " + OTHER_USER);
  }
}
