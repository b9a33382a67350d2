// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHoldTest {

  private static final int PROCESSES = 3;
  private static final long NANOSECONDS = 1_500_000_000;

  @TempDir private Path folder;

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(each -> each.getFileName().toString()).toList();
    }
  }

  @Test
  void shouldLeaveNothingOfAHoldThatIsUndone() throws IOException {
    Path file = folder.resolve("region");
    FileHold.take(file).undo();
    assertThat(files()).isEmpty();
    FileHold.take(file).close();
    assertThat(files()).containsExactly("region.lock");
    FileHold.take(file).undo();
    assertThat(files()).as("what was there before").containsExactly("region.lock");
  }

  @Test
  void shouldLeaveAloneWhatHasTheNameOfTheLockMeanwhile() throws IOException {
    FileHold hold = FileHold.take(folder.resolve("region"));
    Files.delete(hold.path());
    Files.writeString(hold.path(), "somebody's");
    hold.undo();
    assertThat(hold.path()).hasContent("somebody's");
  }

  @Test
  void shouldHoldAFileOnceInAProcess() throws IOException {
    Path file = folder.resolve("region");
    try (FileHold hold = FileHold.take(file)) {
      assertThatThrownBy(() -> FileHold.take(file))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(file + " is in use by a server");
      assertThat(hold.path()).exists();
    }
    FileHold.take(file).close();
  }

  @Test
  void shouldNeverBeHadByTwoProcessesAlthoughEachRemovesWhatItLocked() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      List<String> command =
          JavaCommand.of(
              FileHoldTest.class.getName(),
              System.getProperty("java.class.path"),
              List.of("-Xmx64m", "-XX:+UseSerialGC"),
              List.of(folder.resolve("region").toString()));
      processes.add(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }
    for (Process process : processes) {
      String taken = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      assertThat(process.waitFor()).isZero();
      assertThat(Integer.parseInt(taken)).isPositive();
    }
    assertThat(files()).doesNotContain("region.taken");
  }

  /** Takes the hold again and again, and fails if somebody else has it as well. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    Path sign = file.resolveSibling("region.taken");
    int taken = 0;
    for (long start = System.nanoTime(); System.nanoTime() - start < NANOSECONDS; ) {
      FileHold hold;
      try {
        hold = FileHold.take(file);
      } catch (IOException inUse) {
        continue;
      }
      Files.createFile(sign);
      Files.delete(sign);
      // Whoever made what it locks.
      new FileHold(hold.path(), hold.key(), hold.channel(), true).undo();
      taken++;
    }
    System.out.println(taken);
  }
}
