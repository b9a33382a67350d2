// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.process.SharedMemory;
import io.wisp.transport.JavaProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others can do in {@code /dev/shm} before a server starts, where links are followed. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherUsersTest {

  private static final int PORT = 50_123;

  /** A folder of the victim's that looks as if a server had crashed in it. */
  private static final String VICTIM =
      "mkdir -m 700 /dev/shm/victim /dev/shm/victim/%1$s; echo data > /dev/shm/victim/locks;"
              .formatted(PORT)
          + " echo data > /dev/shm/victim/%s/table; ".formatted(PORT);

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

  /** As with FUSE, by which any user may mount what says of owner and mode what he likes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount -t tmpfs -o mode=700 tmpfs /dev/shm/wisp-user-0",
        "test ! -w /dev/fuse || { exec 3<>/dev/fuse; mount -i -t fuse"
            + " -o fd=3,rootmode=40000,user_id=64123,group_id=64123 x /dev/shm/wisp-user-0; }",
      })
  void shouldNotTakeWhatIsMountedForTheUsersFolder(String mount) throws Exception {
    if (mount.contains("fuse")) {
      SharedMemory.requireRoot();
    }
    String preparation = "mkdir -m 755 /dev/shm/wisp-user-0; " + mount;
    try (SharedMemory memory = SharedMemory.of("16m", preparation);
        JavaProcess process = ShmProcess.serverWithClient(memory.command(), PORT)) {
      assertThat(process.line()).startsWith("FOUND shm (files in /dev/shm/wisp-user-0-");
    }
  }

  private static List<String> asAnotherUser(SharedMemory memory) {
    List<String> command = new ArrayList<>(memory.command());
    // What the class path has is for this user to read.
    String capability = "+dac_read_search";
    command.addAll(List.of("setpriv", "--reuid", "64124", "--regid", "64124", "--clear-groups"));
    command.addAll(List.of("--inh-caps", capability, "--ambient-caps", capability));
    return command;
  }

  @Test
  void shouldNameItsFolderAfterItsUser() throws Exception {
    SharedMemory.requireRoot();
    try (SharedMemory memory = SharedMemory.of("16m", ":");
        JavaProcess process = ShmProcess.serverWithClient(asAnotherUser(memory), PORT)) {
      assertThat(process.line()).startsWith("FOUND shm (files in /dev/shm/wisp-user-64124/");
    }
  }

  @Test
  void shouldSayThatItMayNotUseItsLocks() throws Exception {
    SharedMemory.requireRoot();
    String folder = "/dev/shm/wisp-user-64124";
    String preparation =
        "mkdir -m 700 %1$s; touch %1$s/locks; chmod 0 %1$s/locks; chown -R 64124 %1$s"
            .formatted(folder);
    try (SharedMemory memory = SharedMemory.of("16m", preparation);
        JavaProcess process = ShmProcess.serverWithClient(asAnotherUser(memory), PORT)) {
      assertThat(process.line()).isEqualTo(folder + "/locks may not be used by this user");
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
