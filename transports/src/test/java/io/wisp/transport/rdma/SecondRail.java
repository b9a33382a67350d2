// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** One more device of Soft-RoCE, on a virtual cable of its own. In the guest alone. */
final class SecondRail implements AutoCloseable {

  static final String ADDRESS = "10.9.1.1";
  static final String DEVICE = "rxe1";

  private static final String INTERFACE = "veth2";
  private static final String OTHER_END = "veth3";

  /** The address as the end of a GID. */
  private static final String GID_END = ":ffff:0a09:0101";

  SecondRail() throws IOException, InterruptedException {
    try {
      run("ip link add " + INTERFACE + " type veth peer name " + OTHER_END);
      run("ip addr add " + ADDRESS + "/24 dev " + INTERFACE);
      run("ip link set " + OTHER_END + " up");
      run("rdma link add " + DEVICE + " type rxe netdev " + INTERFACE);
      setLink("up");
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Sets the link up, and waits until the device has the address, or down. */
  static void setLink(String state) throws IOException, InterruptedException {
    run("ip link set " + INTERFACE + " " + state);
    if (state.equals("up")) {
      Eventually.await(() -> read(DEVICE, "state").contains("ACTIVE") && hasAddress());
    }
  }

  private static boolean hasAddress() {
    for (int i = 0; i < 8; i++) {
      if (read(DEVICE, "gids/" + i).endsWith(GID_END)) {
        return true;
      }
    }
    return false;
  }

  /** How many packets a device has sent by now. */
  static long sentBy(String device) throws IOException {
    // The kernel would answer with a count that is some milliseconds old.
    Files.writeString(port(device).resolve("hw_counters/lifespan"), "0");
    return Long.parseLong(read(device, "hw_counters/sent_pkts"));
  }

  private static Path port(String device) {
    return Path.of("/sys/class/infiniband", device, "ports/1");
  }

  private static String read(String device, String file) {
    try {
      return Files.readString(port(device).resolve(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String command) throws IOException {
    Process process = new ProcessBuilder(command.split(" ", -1)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException(command + ": " + output);
    }
  }

  /** Removes the device, which waits until nobody has it open. */
  @Override
  public void close() throws IOException {
    if (Files.exists(Path.of("/sys/class/infiniband", DEVICE))) {
      run("rdma link delete " + DEVICE);
    }
    if (Files.exists(Path.of("/sys/class/net", INTERFACE))) {
      run("ip link delete " + INTERFACE);
    }
  }
}
