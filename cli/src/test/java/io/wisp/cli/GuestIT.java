// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./wisp guest} with its virtual machine, which takes long to start: few runs, many
 * questions.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(400)
class GuestIT {

  private static final Path KEPT = GuestScript.ROOT.resolve("results/local/guest-it");

  @TempDir Path folder;
  private Path temporary;
  private GuestScript guest;

  @BeforeAll
  static void checkThatItIsPrepared(@TempDir Path temporary) throws Exception {
    Outcome check = new GuestScript(temporary).run("", "--virtual", "--check");
    assumeTrue(check.exitCode() == 0, check.err());
  }

  @BeforeEach
  void makeScript() throws IOException {
    temporary = Files.createDirectory(folder.resolve("temporary"));
    guest = new GuestScript(temporary);
  }

  @AfterEach
  void shouldLeaveNothingBehind() throws IOException {
    Files.deleteIfExists(KEPT);
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void shouldRunTheCommandBesideADeviceAndBringBackWhatItLeaves() throws Exception {
    Path out = folder.resolve("out, of a test");
    Path lost = folder.resolve("lost");
    String script =
        """
        cat
        cat /sys/class/infiniband/rxe0/ports/1/state
        printf 'a\\0b' >"$1/file"
        echo kept >results/local/guest-it
        echo gone >"$2"
        echo "$3, $WISP_GUEST, $(ulimit -l)"
        echo oops >/dev/stderr
        ./wisp -h | grep -c '^  ./wisp -s'
        sleep 1000 &
        exit 3
        """;
    String[] arguments = {
      "--virtual",
      "--accel",
      "tcg",
      "--out",
      out.toString(),
      "sh",
      "-c",
      script,
      "sh",
      out.toString(),
      lost.toString(),
      "two  words"
    };
    Outcome outcome = guest.run("typed\n", arguments);
    assertThat(outcome.out()).isEqualTo("typed\n4: ACTIVE\ntwo  words, tcg, unlimited\n1\n");
    assertThat(outcome.err())
        .contains("wisp guest: starting a virtual machine", "wisp guest: the guest is up")
        .endsWith("oops\n");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(out.resolve("file")).hasBinaryContent(new byte[] {'a', 0, 'b'});
    assertThat(KEPT).hasContent("kept");
    assertThat(lost).doesNotExist();
  }

  @Test
  void shouldEndACommandThatTakesTooLong() throws Exception {
    Outcome outcome = guest.run("", "--virtual", "--limit", "1", "sleep", "1000");
    assertThat(outcome.exitCode()).isEqualTo(124);
    assertThat(outcome.err())
        .endsWith("wisp guest: the command was ended after the time limit of 1 s\n");
  }

  @Test
  void shouldEndTheMachineWhenInterrupted() throws Exception {
    Process process = guest.start("--virtual", "sleep", "1000");
    try (BufferedReader err = process.errorReader()) {
      assertThat(err.readLine()).startsWith("wisp guest: starting a virtual machine");
      List<ProcessHandle> descendants = awaitMachine(process);
      process.destroy();
      assertThat(process.waitFor()).isEqualTo(128 + 15);
      assertThat(descendants).noneMatch(ProcessHandle::isAlive);
    }
  }

  private static List<ProcessHandle> awaitMachine(Process process) throws InterruptedException {
    while (true) {
      List<ProcessHandle> descendants = process.descendants().toList();
      if (descendants.stream().anyMatch(GuestIT::isMachine)) {
        return descendants;
      }
      Thread.sleep(20);
    }
  }

  private static boolean isMachine(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("qemu-system-x86_64");
  }

  @Test
  void shouldGiveTheLastWordsOfAMachineThatDoesNotStart() throws Exception {
    Path commands = folder.resolve("commands");
    GuestScript.executable(
        commands.resolve("qemu-system-x86_64"), "#!/bin/sh\necho no such machine\nexit 1\n");
    Outcome outcome =
        guest.withFirstOnPath(commands).run("", "--virtual", "--accel", "tcg", "true");
    assertThat(outcome.exitCode()).isEqualTo(125);
    assertThat(outcome.err())
        .endsWith(
            "wisp guest: the guest ended before it ran the command; its last words:\n  no such machine\n");
  }
}
