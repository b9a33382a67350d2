// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(60)
class FileHoldTest {

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("file");
  }

  private Path lock() {
    return folder.resolve("file.lock");
  }

  @Test
  void shouldRemoveWhatItHasMadeIfItIsWithdrawnAndElseLeaveIt() throws IOException {
    FileHold.take(file()).withdraw();
    assertThat(folder).isEmptyDirectory();
    FileHold.take(file()).close();
    assertThat(lock()).exists();
    FileHold.take(file()).withdraw();
    assertThat(lock()).as("was there before").exists();
  }

  @Test
  void shouldKeepOthersOutUntilItEnds() throws IOException {
    try (FileHold hold = FileHold.take(file())) {
      assertThatThrownBy(() -> FileHold.take(file())).hasMessageContaining("is in use");
      assertThat(hold.made()).isTrue();
      try (NativeFile other = opened()) {
        assertThat(other.tryLock()).isFalse();
      }
    }
    FileHold.take(file()).close();
  }

  private NativeFile opened() throws IOException {
    return Objects.requireNonNull(NativeFile.open(lock()));
  }

  /** As a process that was about to lock the file when another one removed it. */
  @Test
  void shouldTellALockOfARemovedFileFromOneOfTheNext() throws IOException {
    FileHold first = FileHold.take(file());
    try (NativeFile late = opened()) {
      assertThat(late.isAt(lock())).isTrue();
      first.withdraw();
      assertThat(late.tryLock()).isTrue();
      assertThat(late.isAt(lock())).as("nothing is there").isFalse();
      try (FileHold next = FileHold.take(file())) {
        assertThat(next.made()).isTrue();
        assertThat(late.isAt(lock())).as("another one is there").isFalse();
      }
    }
  }

  @Test
  void shouldLeaveTheLockOfSomebodyElseWhoHasItsName() throws IOException {
    FileHold hold = FileHold.take(file());
    Files.delete(lock());
    Files.writeString(lock(), "another one");
    hold.withdraw();
    assertThat(lock()).hasContent("another one");
  }

  /** Takes the hold again and again, and sees whether somebody else has it at the same time. */
  static final class Holder {

    private static final long NANOS = 2_000_000_000;

    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      Path inside = file.resolveSibling("inside");
      int held = 0;
      for (long begin = System.nanoTime(); System.nanoTime() - begin < NANOS; ) {
        FileHold hold;
        try {
          hold = FileHold.take(file);
        } catch (IOException e) {
          if (!String.valueOf(e.getMessage()).contains("is in use")) {
            throw e;
          }
          continue;
        }
        Files.createFile(inside);
        Files.delete(inside);
        if (!hold.made()) {
          // Who has made it came late; it is removed all the same, for that is what is tried here.
          Files.delete(hold.path());
        }
        hold.withdraw();
        held++;
      }
      System.out.println(held);
    }
  }

  /** Each removes the file, so that others often lock one that was removed. */
  @Test
  void shouldHaveOneHolderAtATimeAlthoughEachRemovesTheFile() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Holder.class.getName(),
                  file().toString())
              .redirectErrorStream(true)
              .start());
    }
    for (Process process : processes) {
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(Integer.parseInt(said)).isPositive();
    }
  }
}
