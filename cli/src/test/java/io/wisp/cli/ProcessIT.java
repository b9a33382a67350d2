// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a process is given beside its arguments: locale, descriptors, and bytes that are no text. In
 * scripts {@code wisp} stands for the packaged program, started by the launcher or by java alone.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ProcessIT {

  private static final String LAUNCHER = "launcher";
  private static final String JAVA = "java";

  @TempDir Path folder;

  private final List<Process> started = new ArrayList<>();
  private String server = "";

  @BeforeEach
  void serve() throws IOException {
    server = serve("wisp -s -t --port 0 --memory 64m", "C.UTF-8");
  }

  @AfterEach
  void endProcesses() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  private String serve(String script, String locale) throws IOException {
    return ReadyServer.of(start(LAUNCHER, locale, "exec_" + script)).host();
  }

  private Process start(String by, String locale, String script) throws IOException {
    String program =
        by.equals(LAUNCHER)
            ? Path.of("..", "wisp").toRealPath().toString()
            : Path.of(System.getProperty("java.home"), "bin", "java")
                + " --enable-native-access=ALL-UNNAMED -jar "
                + Path.of("target", "wisp.jar").toRealPath();
    String functions =
        """
        wisp() { PROGRAM "$@"; }
        exec_wisp() { exec PROGRAM "$@"; }
        shell() { wisp -c SERVER -t --no-raw "$@"; }
        perf() { wisp -p SERVER -t --key_size 3 --payload_size 9 --warmup 0 "$@"; }
        acute=$(printf '\\303\\251')
        grave=$(printf '\\303\\250')
        no_text=$(printf '\\377\\303')
        """
            .replace("PROGRAM", program)
            .replace("SERVER", server);
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", functions + script);
    builder.directory(folder.toFile());
    builder.environment().put("LC_ALL", locale);
    builder.environment().put("WISP_BUILD", "never");
    builder.environment().remove("WISP_PASSWORD");
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Outcome run(String by, String locale, String script) throws Exception {
    return Outcome.of(start(by, locale, script));
  }

  static Stream<Arguments> locales() {
    return Stream.of(Arguments.of(LAUNCHER, "C"), Arguments.of(JAVA, "POSIX"));
  }

  @ParameterizedTest
  @MethodSource("locales")
  void shouldTakeKeysAndValuesByTheirBytesInALocaleWithoutThem(String by, String locale)
      throws Exception {
    Outcome outcome =
        run(
            by,
            locale,
            """
            shell put "$acute" "$no_text"
            shell put "$grave" "$grave"
            shell get "$acute"
            shell get "$grave"
            printf 'get \\303\\251\\nput \\303\\252 \\303\\252\\nget \\303\\252\\n' | shell
            """);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines())
        .containsExactly("OK", "OK", "\"\\xff\\xc3\"", "\u00e8", "\"\\xff\\xc3\"", "OK", "\u00ea");
  }

  @ParameterizedTest
  @MethodSource("locales")
  void shouldTellPasswordsApartInALocaleWithoutThem(String by, String locale) throws Exception {
    server = serve("wisp -s -t --port 0 --memory 64m --requirepass \"$acute\"", locale);
    Outcome wrong = run(by, locale, "shell --password \"$grave\" put k v");
    Outcome wrongVariable = run(by, locale, "WISP_PASSWORD=\"$grave\" shell put k v");
    String withOption = "shell --password \"$acute\" put k v";
    String withVariable = "export WISP_PASSWORD=\"$acute\" && shell get k";
    Outcome right = run(by, locale, withOption + " && " + withVariable);
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrongVariable.exitCode()).isEqualTo(1);
    assertThat(right.out()).as(right.err()).isEqualTo("OK\nv\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {LAUNCHER, JAVA})
  void shouldRefuseInASentenceWhatMustBeTextAndIsNone(String by) throws Exception {
    for (String locale : List.of("C", "C.UTF-8")) {
      Outcome option = run(by, locale, "shell --password \"$no_text\" get k");
      assertThat(option.err()).startsWith("wisp: --password: its value is not UTF-8");
      assertThat(option.exitCode()).isEqualTo(2);
      Outcome variable = run(by, locale, "WISP_PASSWORD=\"$no_text\" shell get k");
      assertThat(variable.err()).startsWith("wisp: WISP_PASSWORD is not UTF-8");
      assertThat(variable.exitCode()).isEqualTo(2);
    }
  }

  @Test
  void shouldWriteAResultUnderTheNameThatItWasGivenInALocaleWithoutIt() throws Exception {
    String perf = "perf --requests 10 --json \"$acute\"";
    Outcome outcome = run(LAUNCHER, "C", perf + " && test -s \"$acute\"");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    Outcome alone = run(JAVA, "C", "rm \"$acute\"\n" + perf);
    assertThat(alone.exitCode()).isEqualTo(2);
    assertThat(alone.err()).contains("is no file name in this locale's encoding", "set LC_ALL");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {LAUNCHER, JAVA})
  void shouldRunNothingIfStandardInputIsClosed(String by) throws Exception {
    Outcome outcome = run(by, "C.UTF-8", "shell <&-");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("wisp: standard input cannot be read: ").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {LAUNCHER, JAVA})
  void shouldWriteNothingElsewhereIfStandardOutputIsClosed(String by) throws Exception {
    String put = "shell put k v ";
    Outcome noOutput = run(by, "C.UTF-8", put + ">&-");
    assertThat(noOutput.exitCode()).isEqualTo(1);
    assertThat(noOutput.err())
        .startsWith("wisp: standard output cannot be written: ")
        .hasLineCount(1);
    assertThat(run(by, "C.UTF-8", put + "<&- >&- 2>&-").exitCode()).isEqualTo(1);
    assertThat(run(by, "C.UTF-8", put + "2>&-").out()).isEqualTo("OK\n");
  }

  @Test
  void shouldFailWithASentenceIfWhatItSaysCannotBeWritten() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full");
    List<String> commands =
        List.of(
            "perf --requests 10",
            "perf --rate climb",
            "wisp -s -t --port 0 --memory 64m",
            "shell put k v",
            "echo info | shell",
            "shell help",
            "wisp -h",
            "wisp --version");
    for (String command : commands) {
      Outcome outcome = run(LAUNCHER, "C.UTF-8", command + " >/dev/full");
      assertThat(outcome.err())
          .as(command)
          .isEqualTo("wisp: standard output cannot be written: No space left on device\n");
      assertThat(outcome.exitCode()).as(command).isEqualTo(1);
    }
    Outcome silent = run(LAUNCHER, "C.UTF-8", "wisp --no-such-option 2>/dev/full");
    assertThat(silent.exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Duser.language=ar -Duser.country=EG -Duser.extensions=u-nu-arab",
        "-Duser.language=th -Duser.country=TH -Duser.extensions=u-nu-thai"
      })
  void shouldWriteDigitsThatEverythingCanReadInEveryLocale(String properties) throws Exception {
    Outcome outcome =
        run(
            LAUNCHER,
            "C.UTF-8",
            """
            export WISP_JAVA_OPTS='PROPERTIES'
            perf --requests 100 --json r.json
            perf --rate 500,400 --requests 100
            shell put k "$(printf '\\377')"
            shell get k
            wisp -s -t --port 0 --memory 64m --device x
            cat r.json
            """
                .replace("PROPERTIES", properties));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out() + outcome.err())
        .contains("p99 us", "\"\\xff\"", "wisp-perf")
        .matches("\\p{ASCII}*");
  }
}
