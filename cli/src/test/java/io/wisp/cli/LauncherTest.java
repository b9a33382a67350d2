// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real launcher in a tree of its own, with a JDK and a Maven that only say what they do. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherTest {

  private static final String JAVA = "#!/bin/sh\necho \"java $*\"\n";
  private static final String BUILDING = "wisp: building wisp.jar";
  private static final String MAVEN =
      """
      #!/bin/sh
      cd "$(dirname "$0")"
      echo built >>builds
      echo "[INFO] Building Wisp core 0.2.0 [2/4]"
      echo "[INFO] noise"
      sleep 0.2
      mkdir -p cli/target benchmarks/target replication/target/lib
      touch cli/target/wisp.jar benchmarks/target/benchmarks.jar replication/target/lib/wisp-replication.jar
      """;

  @TempDir Path folder;
  private Path root;
  private Path jdk;

  @BeforeEach
  void plantTree() throws IOException {
    root = folder.resolve("tree with a blank");
    for (String module :
        List.of(
            "core",
            "transports/verbs",
            "transports",
            "measure",
            "cli",
            "replication",
            "benchmarks")) {
      write(module + "/pom.xml", "");
      write(module + "/src/main/java/Some.java", "");
    }
    write("pom.xml", "");
    write(".mvn/settings", "");
    Files.createDirectories(root.resolve("scripts"));
    for (String script : List.of("wisp", "scripts/build.bash", "scripts/jdk.bash")) {
      Files.copy(GuestScript.ROOT.resolve(script), root.resolve(script));
    }
    GuestScript.executable(root.resolve("mvnw"), MAVEN);
    jdk = jdk("jdk", "25.0.3");
  }

  private void write(String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(60)));
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    GuestScript.executable(home.resolve("bin/java"), JAVA);
    GuestScript.executable(home.resolve("bin/javac"), "");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private Process start(Path launcher, String... arguments) throws IOException {
    return builder(launcher, arguments).start();
  }

  private ProcessBuilder builder(Path launcher, String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(launcher.toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().remove("WISP_BUILD");
    builder.environment().put("WISP_JAVA_OPTS", "-Xmx1g  -Dx=y");
    builder.directory(folder.toFile());
    return builder;
  }

  private Outcome run(String... arguments) throws Exception {
    return Outcome.of(start(root.resolve("wisp"), arguments));
  }

  private long builds() throws IOException {
    Path log = root.resolve("builds");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  @Test
  void shouldBuildWhatIsMissingAndThenStartIt() throws Exception {
    Outcome outcome = run("-s", "a b");
    assertThat(outcome.err()).contains(BUILDING, "  Building Wisp core 0.2.0 [2/4]");
    assertThat(outcome.err()).doesNotContain("noise");
    assertThat(outcome.out())
        .startsWith("java --enable-native-access=ALL-UNNAMED")
        .contains(" -Xmx1g -Dx=y -jar ")
        .endsWith("/cli/target/wisp.jar -s a b\n");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void shouldGiveAServerThatLogsWritesTheJarsForThat() throws Exception {
    assertThat(run("-s").out()).doesNotContain("wisp.replication");
    Outcome outcome = run("-s", "--data", "d");
    assertThat(outcome.out())
        .containsPattern(" -Dwisp.replication=\\S.*/replication/target/lib -Xmx1g")
        .endsWith(" -s --data d\n");
    assertThat(run("-s", "--data=d").out()).contains(" -Dwisp.replication=");
  }

  @Test
  void shouldSayWhatJdkIsForWhenItIsGivenMore() throws Exception {
    assertThat(run("jdk", "-h").out())
        .isEqualTo("./wisp jdk prints the folder of the JDK that is used\n");
    Outcome outcome = run("jdk", "-x");
    assertThat(outcome.err())
        .isEqualTo("wisp: jdk takes nothing else: it prints the folder of the JDK that is used\n");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(run("jdk").out()).isEqualTo(jdk + "\n");
  }

  @Test
  void shouldBeSilentForNoMoreThanFiveSecondsOfABuild() throws Exception {
    GuestScript.executable(
        root.resolve("mvnw"), MAVEN + "sleep 5\necho '[INFO] Building last [4/4]'\n");
    assertThat(run("-h").err())
        .containsPattern(
            "Building Wisp core 0.2.0 \\[2/4]\n(    \\d+ s\n)+  Building last \\[4/4]\n");
  }

  @ParameterizedTest
  @EnabledOnOs(OS.LINUX)
  @CsvSource({
    "tcg, -s, first",
    "tcg, --server, first",
    "tcg, -p, last",
    "tcg, -s --cores LAST, last",
    "tcg, -p h --cores=FIRST, first",
    "tcg, -p h --cores FIRST, first",
    "tcg, -p h --cores 8191, last",
    "tcg, -p h --cores, last",
    "kvm, -s, all",
    "kvm, -s --cores LAST, all",
    ", -s, all"
  })
  void shouldHoldTheJvmToOneProcessorOfAnEmulatedGuest(
      @Nullable String guest, String mode, String expected) throws Exception {
    run("--version");
    GuestScript.executable(
        jdk.resolve("bin/java"), "#!/bin/sh\ngrep Cpus_allowed_list /proc/self/status\n");
    String all = allowedProcessors();
    String first = all.replaceFirst("[-,].*", "");
    String last = all.replaceFirst(".*[-,]", "");
    String words = mode.replace("FIRST", first).replace("LAST", last);
    ProcessBuilder builder = builder(root.resolve("wisp"), words.split(" "));
    builder.environment().remove("WISP_GUEST");
    if (guest != null) {
      builder.environment().put("WISP_GUEST", guest);
    }
    String wanted =
        switch (expected) {
          case "first" -> first;
          case "last" -> last;
          default -> all;
        };
    assertThat(Outcome.of(builder.start()).out()).isEqualTo("Cpus_allowed_list:\t" + wanted + "\n");
  }

  private static String allowedProcessors() throws IOException {
    String name = "Cpus_allowed_list:";
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldNotBuildAgainWhenNothingChanged() throws Exception {
    run("-h");
    Outcome second = run("-h");
    assertThat(second.err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pom.xml",
        "cli/pom.xml",
        "core/src/main/java/Some.java",
        "transports/src/main/java/New.java",
        ".mvn/settings"
      })
  void shouldBuildAgainWhenASourceIsNewer(String source) throws Exception {
    run("-h");
    Path changed = root.resolve(source);
    Files.writeString(changed, "changed");
    Files.setLastModifiedTime(changed, FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(run("-h").err()).contains(BUILDING);
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void shouldBuildAgainWhenASourceIsDeleted() throws Exception {
    run("-h");
    Path jar = root.resolve("cli/target/wisp.jar");
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(5)));
    Files.delete(root.resolve("core/src/main/java/Some.java"));
    assertThat(run("-h").err()).contains(BUILDING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"benchmarks/src/main/java/Some.java", "core/src/test/java/SomeTest.java"})
  void shouldNotBuildAgainWhenWhatItDoesNotHoldIsNewer(String source) throws Exception {
    run("-h");
    write(source, "changed");
    Files.setLastModifiedTime(root.resolve(source), FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(run("-h").err()).isEmpty();
  }

  @Test
  void shouldBuildAgainWhenASourceWasEditedDuringTheBuild() throws Exception {
    GuestScript.executable(root.resolve("mvnw"), MAVEN + "touch core/src/main/java/Some.java\n");
    run("-h");
    GuestScript.executable(root.resolve("mvnw"), MAVEN);
    assertThat(run("-h").err()).contains(BUILDING);
    assertThat(run("-h").err()).isEmpty();
  }

  @Test
  void shouldShowErrorsAndRunNothingWhenTheBuildFails() throws Exception {
    run("-h");
    GuestScript.executable(
        root.resolve("mvnw"),
        "#!/bin/sh\necho '[ERROR] Some.java:[1,1] no'\necho '[INFO] noise'\nexit 1\n");
    Path source = root.resolve("core/src/main/java/Some.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
    Outcome outcome = run("-h");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains("[ERROR] Some.java:[1,1] no")
        .contains("wisp: the build failed; all of its output is in ")
        .doesNotContain("noise");
    assertThat(root.resolve("cli/target/wisp.jar")).doesNotExist();
    assertThat(root.resolve("target/build.log")).content().contains("noise");
  }

  @Test
  void shouldBuildOnceWhenTwoStartTogether() throws Exception {
    Process one = start(root.resolve("wisp"), "-h");
    Process other = start(root.resolve("wisp"), "-h");
    assertThat(Outcome.of(one).exitCode()).isZero();
    assertThat(Outcome.of(other).exitCode()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void shouldGoOnAfterALauncherWasKilledInItsBuild() throws Exception {
    Process killed = start(root.resolve("wisp"), "-h");
    while (builds() == 0) {
      Thread.sleep(Duration.ofMillis(5));
    }
    killed.destroyForcibly().waitFor();
    assertThat(run("-h").exitCode()).isZero();
  }

  @Test
  void shouldRefuseToBuildWhenForbidden() throws Exception {
    ProcessBuilder builder = builder(root.resolve("wisp"), "-h");
    builder.environment().put("WISP_BUILD", "never");
    Outcome outcome = Outcome.of(builder.start());
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("wisp.jar is missing or older than its sources, and WISP_BUILD=never");
    assertThat(builds()).isZero();
  }

  @Test
  void shouldWorkThroughLinksFromAnywhere() throws Exception {
    Path relative =
        Files.createSymbolicLink(folder.resolve("one"), Path.of("tree with a blank/wisp"));
    Path absolute = Files.createSymbolicLink(folder.resolve("two"), relative);
    Outcome outcome = Outcome.of(start(absolute, "-h"));
    assertThat(outcome.out()).endsWith("tree with a blank/cli/target/wisp.jar -h\n");
  }

  /** Runs the launcher from a shell that first does something with its descriptors. */
  private Outcome runAfter(String redirections, String... arguments) throws Exception {
    ProcessBuilder builder = builder(root.resolve("wisp"), arguments);
    builder.command().addAll(0, List.of("sh", "-c", "exec \"$@\" " + redirections, "sh"));
    return Outcome.of(builder.start());
  }

  @ParameterizedTest
  @EnabledOnOs(OS.LINUX)
  @ValueSource(strings = {"<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"})
  void shouldLeaveNoStandardDescriptorFreeForAFileOfTheJvm(String closed) throws Exception {
    run("--version");
    Path report = folder.resolve("descriptors");
    GuestScript.executable(
        jdk.resolve("bin/java"),
        "#!/bin/sh\nfor n in 0 1 2; do [ -e /proc/$$/fd/$n ] && echo $n; done >'"
            + report
            + "'\n"
            + "cat\necho out\n");
    Outcome outcome = runAfter(closed, "-h");
    assertThat(report).content().isEqualTo("0\n1\n2\n");
    if (closed.contains("<&-") && !closed.contains("2>&-")) {
      assertThat(outcome.err()).contains("Bad file descriptor");
    }
    assertThat(outcome.out()).isEqualTo(closed.contains(">&-") ? "" : "out\n");
  }

  @ParameterizedTest
  @EnabledOnOs(OS.LINUX)
  @CsvSource({"C, C.UTF-8", "POSIX, C.UTF-8", "C.UTF-8, C.UTF-8"})
  void shouldGiveJavaALocaleInWhichItCanReadFileNames(String locale, String given)
      throws Exception {
    run("--version");
    GuestScript.executable(jdk.resolve("bin/java"), "#!/bin/sh\necho \"$LC_ALL\"\n");
    ProcessBuilder builder = builder(root.resolve("wisp"), "-h");
    builder.environment().put("LC_ALL", locale);
    assertThat(Outcome.of(builder.start()).out()).isEqualTo(given + "\n");
  }

  @Test
  void shouldStartTheBenchmarks() throws Exception {
    assertThat(run("bench", "-p", "keySize=3").out())
        .endsWith("/benchmarks/target/benchmarks.jar -p keySize=3\n");
  }
}
