// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How the real launcher gets commands and tests to an RDMA device, with scripts, a Maven and tools
 * that only say what they do.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherGuestTest {

  private static final String LICENSE = "\n# SPDX-License-Identifier: Apache-2.0\n";
  private static final String PREPARED = "#!/bin/sh\necho \"guest $*\"\n";
  private static final String JARS = "touch cli/target/wisp.jar benchmarks/target/benchmarks.jar";
  private static final String REPORT =
      "mkdir -p core/target/surefire-reports; touch core/target/surefire-reports/TEST-A.xml";
  private static final String TESTS = JARS + "\n" + REPORT;
  private static final String UNPREPARED =
      "#!/bin/sh\necho 'wisp guest: no machine for it' >&2\nexit 125\n";

  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void plantTree() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no /usr/bin/python3");
    root = folder.resolve("tree");
    for (String module :
        List.of("core", "transports/verbs", "transports", "measure", "cli", "benchmarks")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.writeString(root.resolve(module).resolve("pom.xml"), LICENSE);
    }
    Files.createDirectories(root.resolve("scripts/guest"));
    Files.createDirectories(root.resolve(".mvn"));
    Files.createDirectories(root.resolve(".ci"));
    Files.writeString(root.resolve("pom.xml"), LICENSE);
    executable(".ci/run", "");
    for (String script :
        List.of("wisp", "scripts/build.bash", "scripts/jdk.bash", "scripts/test.sh")) {
      Files.copy(GuestScript.ROOT.resolve(script), root.resolve(script));
    }
    executable("mvnw", maven(TESTS));
    executable("scripts/guest.sh", PREPARED);
    executable("scripts/rdma-tests.sh", rdmaTests(0));
    executable("scripts/packages.bash", "can_install() { false; }\n");
    python("print('Python:', *sys.argv[1:])");
    executable("jdk/bin/java", "");
    executable("jdk/bin/javac", "");
    Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    for (String tool : List.of("shellcheck", "redis-cli")) {
      executable("tools/" + tool, "#!/bin/sh\n");
    }
  }

  /** Has the tools in Python do no more than this. */
  private void python(String program) throws IOException {
    for (String module : List.of("__main__.py", "packages.py")) {
      executable("plots/wisp_tools/" + module, "import sys\n" + program + "\n");
    }
  }

  private static String maven(String effect) {
    return """
    #!/bin/sh
    cd "$(dirname "$0")"
    echo "$*" >>builds
    mkdir -p cli/target benchmarks/target
    %s
    """
        .formatted(effect);
  }

  private static String rdmaTests(int exitCode) {
    return """
    #!/bin/sh
    [ "$1" = --list ] && echo transports && exit
    echo "rdma-tests $* with ${JAVA_HOME##*/}"
    exit EXIT_CODE
    """
        .replace("EXIT_CODE", Integer.toString(exitCode));
  }

  private void executable(String file, String content) throws IOException {
    GuestScript.executable(root.resolve(file), content + LICENSE);
  }

  private Outcome run(String ci, String... arguments) throws Exception {
    return Outcome.of(builder(ci, arguments).redirectErrorStream(true).start());
  }

  private ProcessBuilder builder(String ci, String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(root.resolve("wisp").toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
    builder.environment().put("CI", ci);
    builder.environment().remove("WISP_BUILD");
    builder.environment().merge("PATH", root.resolve("tools") + ":", (path, tools) -> tools + path);
    return builder;
  }

  private String builds() throws IOException {
    Path log = root.resolve("builds");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  @ParameterizedTest
  @ValueSource(strings = {"./wisp -h", "--limit 5 true"})
  void shouldBuildAllThatTheGuestCouldStartUnlessItIsFresh(String command) throws Exception {
    for (int run = 0; run < 2; run++) {
      assertThat(run("", ("guest " + command).split(" ", -1)).out())
          .endsWith("guest " + command + "\n");
    }
    assertThat(builds()).contains("-Prun --projects cli ").hasLineCount(1);
  }

  @Test
  void shouldSayWhatTheGuestWillLackAndGoOn() throws Exception {
    python("sys.exit('wisp: there is no network')");
    Outcome outcome = run("", "guest", "true");
    assertThat(outcome.out())
        .contains("wisp: there is no network", "simple-kv will not be able to record")
        .endsWith("guest true\n");
    assertThat(outcome.exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--prepare", "--check"})
  void shouldBuildNothingWhereTheGuestRunsNoCommand(String option) throws Exception {
    assertThat(run("", "guest", option).out()).isEqualTo("guest " + option + "\n");
    assertThat(builds()).isEmpty();
  }

  @Test
  void shouldBuildNothingForTheGuestWhenForbidden() throws Exception {
    ProcessBuilder builder = builder("", "guest", "true").redirectErrorStream(true);
    builder.environment().put("WISP_BUILD", "never");
    assertThat(Outcome.of(builder.start()).out()).isEqualTo("guest true\n");
    assertThat(builds()).isEmpty();
  }

  @Test
  void shouldBuildTheModulesWithRdmaTestsAndRunThem() throws Exception {
    Outcome outcome = run("", "rdma-tests", "--class", "Some");
    assertThat(builds()).contains("-Prdma-tests --projects transports --also-make -DskipTests");
    assertThat(outcome.out()).endsWith("rdma-tests --class Some with jdk\n");
  }

  @Test
  void shouldRunTheRdmaTestsAfterMavensTests() throws Exception {
    Outcome outcome = run("", "test");
    assertThat(outcome.out())
        .containsSubsequence(
            "Python: test-python",
            "rdma-tests --limit ",
            " transports with jdk",
            "simple-kv test -m rdma",
            "All tests passed");
    assertThat(outcome.exitCode()).isZero();
    assertThat(builds()).endsWith("-Prdma-tests verify\n");
  }

  @Test
  void shouldNameClientsThatCouldNotRun() throws Exception {
    python(
        """
        import pathlib
        print('Python:', *sys.argv[1:])
        if '--not-run' in sys.argv:
            pathlib.Path(sys.argv[-1]).write_text('go-redis: there is no go\\tgolang-go\\n')
        """);
    assertThat(run("", "test").out())
        .containsSubsequence(
            "Python: test-clients --quick --not-run ",
            "All other tests passed",
            "- A CLIENT OF REDIS DID NOT RUN: go-redis: there is no go\n",
            "Packages that would change it: ",
            "golang-go");
    assertThat(run("", "test", "--long").out()).contains("Python: test-clients --not-run ");
    assertThat(run("", "test", "-pl", "core").out()).doesNotContain("test-clients");
  }

  @Test
  void shouldFailWhenAClientDoes() throws Exception {
    python("if 'test-clients' in sys.argv: sys.exit('wisp: go-redis FAILED: count: 3')");
    Outcome outcome = run("", "test");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("wisp: go-redis FAILED: count: 3", "clients of Redis failed, as said above")
        .doesNotContain("tests passed");
  }

  @Test
  void shouldRunTheLongRdmaTestsWithTheLongTests() throws Exception {
    assertThat(run("", "test", "--long").out()).contains("rdma-tests --long --limit ");
    assertThat(builds()).contains("-DexcludedTests=rdma ");
  }

  @Test
  void shouldRunNoRdmaTestsOfModulesThatMavenWasToldToLeaveOut() throws Exception {
    Outcome outcome = run("", "test", "-pl", "core");
    assertThat(outcome.out())
        .contains("wisp: nothing that was built has tests for RDMA")
        .doesNotContain("Python: test-python");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void shouldSayWhatItRanWhenThatWasAPart() throws Exception {
    assertThat(run("", "test", "-pl", "core", "-Dtest=X").out())
        .contains("What was run passed, a part: Maven's tests with -pl core -Dtest=X")
        .contains("those of RDMA of no module")
        .doesNotContain("All tests passed");
  }

  @Test
  void shouldKeepTheJarsThatMavenWasToldToLeaveOut() throws Exception {
    run("", "test");
    executable("mvnw", maven(REPORT));
    assertThat(run("", "test", "-pl", "core").exitCode()).isZero();
    assertThat(root.resolve("cli/target/wisp.jar")).exists();
    assertThat(root.resolve("benchmarks/target/benchmarks.jar")).exists();
  }

  @Test
  void shouldLeaveNoJarOfTestsThatFailed() throws Exception {
    executable("mvnw", maven(JARS + "\nexit 1"));
    Outcome outcome = run("", "test");
    assertThat(outcome.out()).contains("wisp: the tests failed").doesNotContain("tests passed");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(root.resolve("cli/target/wisp.jar")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help", "--long --help"})
  void shouldExplainItsTestsWithoutRunningAny(String options) throws Exception {
    Outcome outcome = run("", ("test " + options).split(" "));
    assertThat(outcome.out())
        .startsWith("Usage: ./wisp test [--long] [OPTION ...]")
        .contains("--long", "-pl core", "CI=true")
        .doesNotContain("tests passed");
    assertThat(outcome.exitCode()).isZero();
    assertThat(builds()).isEmpty();
  }

  @Test
  void shouldNotCallTestsPassedOfWhichMavenRanNone() throws Exception {
    run("", "test");
    executable("mvnw", maven(JARS));
    Outcome outcome = run("", "test", "-DskipTests", "--offline");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("Maven ended well and ran no test, as its options had it: -DskipTests --offline")
        .doesNotContain("tests passed");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldSayTheReasonAndKeepTheLogWhereverStandardErrorGoes() throws Exception {
    executable("scripts/guest.sh", UNPREPARED);
    Path log = Files.writeString(root.resolve("log"), "");
    ProcessBuilder builder = builder("", "test");
    builder.command().addAll(0, List.of("sh", "-c", "exec \"$@\" >'" + log + "' 2>&1", "sh"));
    assertThat(builder.start().waitFor()).isZero();
    assertThat(log)
        .content()
        .startsWith("wisp: checking ")
        .containsSubsequence(
            "Python: test-python",
            "wisp guest: no machine for it",
            "DID NOT RUN: no machine for it");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldRunTheRdmaTestsWhereStandardErrorCannotBeOpenedAgain() throws Exception {
    ProcessBuilder builder = builder("", "test");
    String socket =
        """
        import socket, subprocess, sys
        a, b = socket.socketpair()
        sys.exit(subprocess.run(sys.argv[1:], stderr=a).returncode)
        """;
    builder.command().addAll(0, List.of("/usr/bin/python3", "-c", socket));
    assertThat(Outcome.of(builder.redirectErrorStream(true).start()).out())
        .contains("rdma-tests --limit ", "All tests passed")
        .doesNotContain("DID NOT RUN");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 'wisp: the RDMA tests failed: '",
    "124, wisp: the RDMA tests did not end in time",
    "137, 'wisp: the RDMA tests failed: '"
  })
  void shouldFailWhenTheRdmaTestsDo(int exitCode, String sentence) throws Exception {
    executable("scripts/rdma-tests.sh", rdmaTests(exitCode));
    Outcome outcome = run("", "test");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out()).contains(sentence).doesNotContain("tests passed");
  }

  @Test
  void shouldFailWhenThePythonTestsDo() throws Exception {
    python("sys.exit('wisp: pytest found what is said above')");
    Outcome outcome = run("", "test");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("wisp: pytest found", "the checks and tests of what is written in Python failed")
        .doesNotContain("tests passed");
    assertThat(builds()).isEmpty();
  }

  @Test
  void shouldFailWhenTheTestsOfTheBaselineOverRdmaDo() throws Exception {
    executable("scripts/guest.sh", PREPARED + "case \"$*\" in *simple-kv*) exit 1 ;; esac\n");
    Outcome outcome = run("", "test");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out()).contains("the RDMA tests failed: ").doesNotContain("tests passed");
  }

  @Test
  void shouldSayLoudlyAtTheEndThatTheRdmaTestsDidNotRun() throws Exception {
    executable("scripts/guest.sh", UNPREPARED);
    Outcome outcome = run("", "test");
    assertThat(outcome.out())
        .doesNotContain("All tests passed")
        .containsSubsequence(
            "All other tests passed", "####", "RDMA TESTS DID NOT RUN: no machine for it", "####");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void shouldSayLoudlyThatTheGuestDidNotStart() throws Exception {
    executable("scripts/rdma-tests.sh", rdmaTests(125));
    Outcome outcome = run("", "test");
    assertThat(outcome.out()).contains("RDMA TESTS DID NOT RUN: the virtual machine did not start");
    assertThat(outcome.exitCode()).isZero();
  }

  /** Hides programs of the machine and of the tree from what is run. */
  private ProcessBuilder without(List<String> hidden, String ci) throws IOException {
    Path visible = Files.createDirectories(root.resolve("visible"));
    for (String folder : List.of("tools", "/usr/bin")) {
      try (var programs = Files.list(root.resolve(folder))) {
        for (Path program : programs.toList()) {
          Path link = visible.resolve(program.getFileName());
          if (!hidden.contains(link.getFileName().toString())
              && Files.notExists(link, NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(link, program);
          }
        }
      }
    }
    ProcessBuilder builder = builder(ci, "test").redirectErrorStream(true);
    builder.environment().put("PATH", visible.toString());
    return builder;
  }

  @Test
  void shouldRunWhatItCanWithoutPackagesAndListAtTheEndWhatDidNotRun() throws Exception {
    executable("scripts/guest.sh", UNPREPARED);
    List<String> hidden = List.of("shellcheck", "redis-cli", "cc", "chromedriver");
    Outcome outcome = Outcome.of(without(hidden, "").start());
    assertThat(outcome.out())
        .containsSubsequence(
            "packages are missing and take root to install",
            "Python: test-python",
            "All other tests passed",
            "These did not run:",
            "- THE SCRIPTS WERE NOT CHECKED: there is no shellcheck",
            "- THE REPORT'S PAGE WAS NOT TESTED",
            "- RDMA TESTS DID NOT RUN: no machine for it",
            "Packages that would change it: redis-tools shellcheck gcc");
    assertThat(outcome.exitCode()).isZero();
    assertThat(builds()).contains(" verify");
  }

  @Test
  void shouldTestInALocaleThatIsInstalled() throws Exception {
    executable("mvnw", maven(TESTS + "\nprintenv LC_ALL >seen-locale"));
    ProcessBuilder builder = builder("true", "test").redirectErrorStream(true);
    builder.environment().put("LC_ALL", "xx_XX.UTF-8");
    assertThat(Outcome.of(builder.start()).out())
        .contains("the locale xx_XX.UTF-8 is not installed, so the tests run in C.UTF-8");
    assertThat(root.resolve("seen-locale")).hasContent("C.UTF-8");
    builder.environment().put("LC_ALL", "C");
    assertThat(Outcome.of(builder.start()).out()).doesNotContain("is not installed");
    assertThat(root.resolve("seen-locale")).hasContent("C");
  }

  @Test
  void shouldFailInContinuousIntegrationWithoutThePackages() throws Exception {
    Outcome outcome = Outcome.of(without(List.of("shellcheck"), "true").start());
    assertThat(outcome.out()).contains("THE SCRIPTS WERE NOT CHECKED", "in CI is a failure");
    assertThat(outcome.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldListTestsThatLeftThemselvesOutByTheirReasons() throws Exception {
    String skipped =
        "<skipped message=\"Assumption failed: no &quot;redis-server&quot; here\" type=\"x\"/>";
    String byNature = "<skipped message=\"Assumption failed: zmq has no X by its nature\"/>";
    executable(
        "mvnw",
        maven(
            TESTS
                + "\ncat >core/target/surefire-reports/TEST-B.xml <<END\n"
                + skipped
                + "\n"
                + skipped
                + "\n"
                + byNature
                + "\nEND"));
    Outcome outcome = run("true", "test");
    assertThat(outcome.out())
        .contains("All tests passed", "- 2 tests: no \"redis-server\" here")
        .doesNotContain("by its nature");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void shouldFailInContinuousIntegrationWhenTheRdmaTestsDidNotRun() throws Exception {
    executable("scripts/guest.sh", UNPREPARED);
    Outcome outcome = run("true", "test");
    assertThat(outcome.out()).contains("RDMA TESTS DID NOT RUN: no machine for it");
    assertThat(outcome.exitCode()).isEqualTo(1);
  }
}
