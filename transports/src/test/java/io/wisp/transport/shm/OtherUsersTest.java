package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.process.SharedMemory;
import io.wisp.transport.JavaProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others can do in {@code /dev/shm} before a server starts, where links are followed. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherUsersTest {

  private static final int PORT = 50_123;

  /** A folder of the victim's that looks as if a server had crashed in it. */
  private static final String VICTIM =
      "mkdir -m 700 /dev/shm/victim /dev/shm/victim/"
          + PORT
          + "; echo data > /dev/shm/victim/locks;"
          + " echo data > /dev/shm/victim/"
          + PORT
          + "/table; ";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ln -s /dev/shm/victim /dev/shm/wisp-user-0",
        "mkdir -m 777 /dev/shm/wisp-user-0; ln -s /dev/shm/victim/50123 /dev/shm/wisp-user-0/50123",
        "mkdir -m 700 /dev/shm/wisp-user-0",
        "touch /dev/shm/wisp-user-0",
        "mkfifo /dev/shm/wisp-user-0",
        "ln -s /dev/shm/nowhere /dev/shm/wisp-user-0; ln -s /dev/shm/victim /dev/shm/wisp-user-00",
      })
  void shouldServeAndBeFoundWhateverAnotherUserMadeOfTheUsualName(String attack) throws Exception {
    String preparation = VICTIM + SharedMemory.asAnotherUser(attack);
    try (SharedMemory memory = SharedMemory.of("16m", preparation);
        JavaProcess process = ShmProcess.serverWithClient(memory.command(), PORT)) {
      assertThat(process.line()).startsWith("FOUND shm (files in /dev/shm/wisp-user-0-");
      Path victim = memory.path().resolve("victim");
      assertThat(victim.resolve("locks")).hasContent("data");
      assertThat(victim.resolve(PORT + "/table")).hasContent("data");
    }
  }

  /** What only the user could have made, by accident say. */
  @ParameterizedTest
  @ValueSource(strings = {"ln -s /dev/shm/victim/locks", "mkfifo", "mkdir"})
  void shouldSayWhyItsLocksAreNone(String made) throws Exception {
    String locks = "mkdir -m 700 /dev/shm/wisp-user-0; " + made + " /dev/shm/wisp-user-0/locks";
    try (SharedMemory memory = SharedMemory.of("16m", VICTIM + locks);
        JavaProcess process = ShmProcess.serverWithClient(memory.command(), PORT)) {
      assertThat(process.line()).isEqualTo("/dev/shm/wisp-user-0/locks is no file");
    }
  }
}
