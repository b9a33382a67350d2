// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailabilityTest {

  private static final Optional<String> NO_PROBLEM = Optional.empty();
  private static final DeviceNodes NO_NODES =
      new DeviceNodes(Path.of("/nonexistent"), Path.of("/nonexistent"));

  /** What another JVM prints. */
  static final class Program {

    private Program() {}

    public static void main(String[] arguments) {
      System.out.println(Verbs.availability().orElse("available"));
    }
  }

  private static String availabilityIn(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static Device device(Path file) {
    return new Device("test0", 1, DeviceTransport.INFINIBAND, file);
  }

  @Test
  void shouldSayThatNativeAccessIsNotEnabled() throws IOException, InterruptedException {
    assertThat(availabilityIn("--illegal-native-access=deny"))
        .isEqualTo(
            "native access is not enabled, so libibverbs cannot be called:"
                + " start Java with --enable-native-access=ALL-UNNAMED");
  }

  @Test
  void shouldNotBlameNativeAccessWhereItIsEnabled() throws IOException, InterruptedException {
    assertThat(availabilityIn("--enable-native-access=ALL-UNNAMED"))
        .isNotEmpty()
        .doesNotContain("native access")
        .isEqualTo(Verbs.availability().orElse("available"));
  }

  @Test
  void shouldPassOnTheProblemOfTheLibraryWithoutAskingForDevices() {
    assertThat(
            Availability.of(
                Optional.of("no library"),
                () -> {
                  throw new AssertionError("asked for devices");
                },
                List::of,
                NO_NODES))
        .contains("no library");
  }

  @Test
  void shouldSayThatThereIsNoDevice() {
    assertThat(Availability.of(NO_PROBLEM, List::of, List::of, NO_NODES))
        .contains(
            "there is no RDMA device: load the driver of one and ib_uverbs, or make a Soft-RoCE"
                + " device on a network interface (modprobe -a rdma_rxe ib_uverbs; rdma link add"
                + " rxe0 type rxe netdev eth0)");
  }

  @Test
  void shouldSayThatTheKernelHasADeviceWhichTheLibraryDoesNotList() {
    assertThat(Availability.of(NO_PROBLEM, List::of, () -> List.of("rxe0"), NO_NODES))
        .get(STRING)
        .startsWith("the kernel has the RDMA device rxe0, but libibverbs does not")
        .contains("ibverbs-providers");
  }

  @Test
  void shouldSayWhichDeviceFileIsMissing(@TempDir Path folder) throws IOException {
    Path nodes = Files.createDirectory(folder.resolve("dev"));
    for (String[] each : new String[][] {{"uverbs0", "mlx5_0"}, {"uverbs1", "rxe0"}}) {
      Path ofDevice = Files.createDirectories(folder.resolve("class").resolve(each[0]));
      Files.writeString(ofDevice.resolve("ibdev"), each[1] + "\n");
    }
    Files.createFile(folder.resolve("class").resolve("abi_version"));
    Files.createFile(nodes.resolve("uverbs0"));
    DeviceNodes present = new DeviceNodes(folder.resolve("class"), nodes);
    assertThat(Availability.of(NO_PROBLEM, List::of, () -> List.of("mlx5_0", "rxe0"), present))
        .contains(
            "the kernel has the RDMA device rxe0, but %1$s is not here: start the container with"
                    .formatted(nodes.resolve("uverbs1"))
                + " --device=%s, or see why udev did not make it"
                    .formatted(nodes.resolve("uverbs1")));
    assertThat(Availability.of(NO_PROBLEM, List::of, () -> List.of("mlx5_0"), present))
        .get(STRING)
        .contains("ibverbs-providers");
  }

  @Test
  void shouldSayThatTheDeviceFileMayNotBeUsed(@TempDir Path folder) {
    Path file = folder.resolve("uverbs0");
    assertThat(Availability.of(NO_PROBLEM, () -> List.of(device(file)), List::of, NO_NODES))
        .get(STRING)
        .startsWith("this process may not read and write " + file)
        .contains("test0");
  }

  @Test
  void shouldHaveNothingToSayWhereThereIsADevice(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("uverbs0"));
    assertThat(Availability.of(NO_PROBLEM, () -> List.of(device(file)), List::of, NO_NODES))
        .isEmpty();
  }

  @Test
  void shouldTurnFailuresIntoSentences() {
    assertThat(
            Availability.of(
                NO_PROBLEM,
                () -> {
                  throw new VerbsException("ibv_get_device_list", "", 12);
                },
                List::of,
                NO_NODES))
        .get(STRING)
        .startsWith("RDMA devices cannot be listed: ibv_get_device_list(): ENOMEM");
    assertThat(
            Availability.of(
                NO_PROBLEM,
                () -> {
                  throw new UnsatisfiedLinkError("no symbol");
                },
                List::of,
                NO_NODES))
        .get(STRING)
        .contains("no symbol");
  }
}
