// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which JDK the real launcher takes, and how it fetches one of a version that no machine has. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherJdkTest {

  private static final String ARCHIVE = "/jdk-99.0.1.tar.gz";

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  @TempDir Path folder;
  private HttpServer server;

  @BeforeEach
  void plantTree() throws IOException {
    Files.createDirectories(folder.resolve("scripts"));
    for (String script : List.of("wisp", "scripts/build.bash", "scripts/jdk.bash")) {
      Files.copy(Path.of("..").resolve(script).toRealPath(), folder.resolve(script));
    }
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte @Nullable [] file = files.get(exchange.getRequestURI().toString());
          boolean head = exchange.getRequestMethod().equals("HEAD");
          if (head && file != null) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(file.length));
          }
          exchange.sendResponseHeaders(file == null ? 404 : 200, head || file == null ? -1 : 0);
          if (file != null && !head) {
            exchange.getResponseBody().write(file);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private String address(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private Path plantJdk(Path home, String version) throws IOException {
    for (String program : List.of("java", "javac")) {
      GuestScript.executable(home.resolve("bin").resolve(program), "#!/bin/sh\n");
    }
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  /** Has the launcher want a version that is on no machine. */
  private void wantVersion99() throws IOException {
    replace("JAVA_VERSION=25", "JAVA_VERSION=99");
  }

  private void replace(String target, String replacement) throws IOException {
    Path script = folder.resolve("scripts/jdk.bash");
    String text = Files.readString(script);
    assertThat(text).contains(target);
    Files.writeString(script, text.replace(target, replacement));
  }

  /** Publishes an archive with a JDK of a version, and returns its SHA-256. */
  private String publish(String version) throws Exception {
    plantJdk(folder.resolve("published/jdk-99.0.1+2"), version);
    Path archive = folder.resolve("archive");
    Process tar =
        new ProcessBuilder(
                "tar", "-czf", archive.toString(), "-C", folder + "/published", "jdk-99.0.1+2")
            .start();
    assertThat(tar.waitFor()).isZero();
    byte[] bytes = Files.readAllBytes(archive);
    files.put(ARCHIVE, bytes);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private void publishChecksum(String checksum) {
    byte[] line = (checksum + "  jdk-99.0.1.tar.gz\n").getBytes(StandardCharsets.UTF_8);
    files.put(ARCHIVE + ".sha256.txt", line);
    environment.put("WISP_JDK_URL", address(ARCHIVE));
  }

  private Outcome run() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(folder.resolve("wisp").toString(), "jdk");
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_HOME", "WISP_BUILD", "WISP_JDK", "WISP_JDK_URL"));
    builder.environment().putAll(environment);
    return Outcome.of(builder.start());
  }

  private Path cached() {
    return folder.resolve("cache/wisp-jdk");
  }

  private void assertRefused(String reason) throws Exception {
    Outcome outcome = run();
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains(reason).contains("or set JAVA_HOME to one");
    if (Files.exists(cached())) {
      assertThat(cached()).isEmptyDirectory();
    }
  }

  @ParameterizedTest
  @CsvSource({"25, true", "25.0.3, true", "25-ea, true", "17.0.15, false", "250, false"})
  void shouldUseTheJdkOfJavaHomeOnlyIfItsVersionIsRight(String version, boolean used)
      throws Exception {
    Path jdk = plantJdk(folder.resolve("jdk"), version);
    environment.put("JAVA_HOME", jdk + "/");
    Outcome outcome = run();
    assertThat(outcome.out().equals(jdk + "\n")).isEqualTo(used);
    assertThat(outcome.err().contains("JAVA_HOME=" + jdk + "/ is not a JDK 25; ")).isEqualTo(!used);
  }

  @Test
  void shouldNotTakeARuntimeWithoutCompilerForAJdk() throws Exception {
    Path jdk = plantJdk(folder.resolve("jdk"), "25");
    Files.delete(jdk.resolve("bin/javac"));
    environment.put("JAVA_HOME", jdk.toString());
    assertThat(run().out()).isNotEqualTo(jdk + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"WISP_JDK", "WISP_BUILD"})
  void shouldSayHowToGetAJdkWhenNoneMayBeFetched(String variable) throws Exception {
    wantVersion99();
    environment.put(variable, "never");
    assertRefused("wisp: no JDK 99 was found, and " + variable + "=never forbids to fetch it: ");
    assertThat(run().err().lines()).hasSize(1);
  }

  @Test
  void shouldFetchAJdkOnceAndSayWhatAndHowMuch() throws Exception {
    wantVersion99();
    publishChecksum(publish("99.0.1"));
    Outcome first = run();
    assertThat(first.err())
        .contains("wisp: fetching " + address(ARCHIVE) + ", 0 MB, into ")
        .contains("its SHA-256 is right");
    assertThat(first.out()).isEqualTo(cached().resolve("jdk-99.0.1") + "\n");
    files.clear();
    assertThat(run()).isEqualTo(new Outcome(0, first.out(), ""));
    assertThat(cached().toFile().list()).containsExactly("jdk-99.0.1");
  }

  @Test
  void shouldTakeTheArchiveFromWhatAdoptiumAnswersAndNotAnInstaller() throws Exception {
    wantVersion99();
    replace("https://api.adoptium.net", address(""));
    String checksum = publish("99.0.1");
    String answer =
        """
        [{"binary": {"installer": {"checksum": "%s", "link": "%s", "size": 1}, "os": "linux",
          "package": {"checksum": "%s", "checksum_link": "x.sha256.txt", "link": "%s"}}}]
        """
            .formatted("0".repeat(64), address("/jdk.pkg"), checksum, address(ARCHIVE));
    server.createContext(
        "/v3/assets/latest/99/hotspot",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    assertThat(run().out()).isEqualTo(cached().resolve("jdk-99.0.1") + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, x86_64, linux, x64",
    "Linux, aarch64, linux, aarch64",
    "Linux, riscv64, linux, riscv64",
    "Darwin, arm64, mac, aarch64",
    "Darwin, x86_64, mac, x64"
  })
  void shouldAskAdoptiumForThisMachine(String kernel, String machine, String system, String name)
      throws Exception {
    wantVersion99();
    replace("https://api.adoptium.net", address(""));
    GuestScript.executable(
        folder.resolve("tools/uname"),
        "#!/bin/sh\n[ \"$1\" = -s ] && echo %s || echo %s\n".formatted(kernel, machine));
    environment.put("PATH", folder.resolve("tools") + ":" + System.getenv("PATH"));
    assertRefused(
        address("/v3/assets/latest/99/hotspot?os=" + system + "&architecture=" + name)
            + "&image_type=jdk&vendor=eclipse cannot be read");
  }

  @Test
  void shouldRefuseAnArchiveWithAnotherChecksum() throws Exception {
    wantVersion99();
    String checksum = publish("99.0.1");
    publishChecksum("0".repeat(64));
    assertRefused("holds is " + checksum + ", and not " + "0".repeat(64) + " as published");
  }

  @Test
  void shouldRefuseAnArchiveWithoutChecksum() throws Exception {
    wantVersion99();
    publish("99.0.1");
    publishChecksum("<html>");
    assertRefused("there is no SHA-256 for " + address(ARCHIVE));
  }

  @ParameterizedTest
  @ValueSource(strings = {ARCHIVE, ARCHIVE + ".sha256.txt"})
  void shouldNameWhatCannotBeRead(String path) throws Exception {
    wantVersion99();
    publishChecksum(publish("99.0.1"));
    files.remove(path);
    assertRefused("wisp: " + address(path) + " cannot be read");
  }

  @Test
  void shouldRefuseAJdkOfAnotherVersion() throws Exception {
    wantVersion99();
    publishChecksum(publish("17.0.1"));
    assertRefused("what " + address(ARCHIVE) + " holds is not a JDK 99");
  }

  @Test
  void shouldSayWhereNothingCanBeWritten() throws Exception {
    wantVersion99();
    publishChecksum(publish("99.0.1"));
    Files.writeString(folder.resolve("cache"), "a file");
    Outcome outcome = run();
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("nothing can be written in " + cached() + "; XDG_CACHE_HOME says where else");
  }
}
