// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code ./wisp guest} says before there is a virtual machine. */
@EnabledOnOs(OS.LINUX)
class GuestOptionsTest {

  @TempDir Path folder;
  private GuestScript guest;

  @BeforeEach
  void makeScript() {
    guest = new GuestScript(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "--memory 4, '--memory takes a size as 4G or 2048M, and ''4'' is none'",
    "--memory 100M, '--memory 100M is too little: a guest needs 512M at least'",
    "--memory 900000G, --memory 900000G is more than this machine has",
    "--cpus 0, '--cpus takes a number from 1 to 64, and ''0'' is none'",
    "--cpus 65, '--cpus takes a number from 1 to 64, and ''65'' is none'",
    "--limit 1.5, '--limit takes a number of seconds from 1 to 9999999, and ''1.5'' is none'",
    "--accel fast, '--accel takes kvm or tcg, and ''fast'' is neither'",
    "--out /dev/null/no, --out /dev/null/no: this folder cannot be made",
    "--frobnicate true, there is no option '--frobnicate'"
  })
  void shouldNameTheBadOptionAndItsLimit(String arguments, String sentence) throws Exception {
    Outcome outcome = guest.run("", (arguments + " true").split(" ", -1));
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("wisp guest: " + sentence).hasLineCount(1);
  }

  @Test
  void shouldAskForTheValueOfTheLastOption() throws Exception {
    assertThat(guest.run("", "--limit").err()).startsWith("wisp guest: --limit needs a value");
  }

  @Test
  void shouldAskForACommand() throws Exception {
    Outcome outcome = guest.run("", "--limit", "5");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("wisp guest: no command to run was given");
  }

  @Test
  void shouldExplainItself() throws Exception {
    Outcome outcome = guest.run("", "-h");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).startsWith("Usage: ./wisp guest [OPTION ...] COMMAND [ARG ...]");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void shouldSayWhatIsMissingWhereItCannotBeInstalled() throws Exception {
    Path commands = Files.createDirectory(folder.resolve("commands"));
    for (String command :
        List.of("dirname", "awk", "nproc", "uname", "sort", "cksum", "mkdir", "flock")) {
      link(commands, command);
    }
    Outcome outcome =
        guest
            .with("PATH", commands.toString())
            .with("XDG_CACHE_HOME", folder.resolve("cache").toString())
            .runScript("--virtual", "true");
    assertThat(outcome.exitCode()).isEqualTo(125);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("wisp guest: cannot make a virtual machine here: these packages are missing: ")
        .contains("qemu-system-x86", "libibverbs1")
        .hasLineCount(1);
  }

  private static void link(Path commands, String command) throws IOException {
    Path found = Files.exists(Path.of("/usr/bin", command)) ? Path.of("/usr/bin") : Path.of("/bin");
    Files.createSymbolicLink(commands.resolve(command), found.resolve(command));
  }
}
