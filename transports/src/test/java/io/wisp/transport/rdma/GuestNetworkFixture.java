// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Eventually;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportFixture;
import io.wisp.verbs.Context;
import io.wisp.verbs.Gid;
import io.wisp.verbs.Verbs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Servers and clients while the network below their device changes. In the guest alone, whose
 * network is nobody's; it is put right after each test.
 */
abstract class GuestNetworkFixture extends TransportFixture {

  /** What the guest starts with. */
  static final String ADDRESS = "10.9.0.1";

  private static final String OF_SUBNET = "/24";
  private static final int USUAL_MTU = 1_500;

  private String networkInterface = "";

  @Override
  protected final Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(8L << 20);
  }

  @BeforeEach
  void find() throws IOException {
    assumeTrue(System.getenv("WISP_GUEST") != null, "the network of this machine is in use");
    Path device = Path.of("/sys/class/infiniband", Verbs.devices().getFirst().name());
    networkInterface = Files.readString(device.resolve("ports/1/gid_attrs/ndevs/0")).strip();
  }

  @AfterEach
  void restore() throws Exception {
    if (networkInterface.isEmpty()) {
      return;
    }
    up();
    setMtu(USUAL_MTU);
    ip("addr", "flush", "dev", networkInterface, "scope", "global");
    addAddress(ADDRESS + OF_SUBNET);
  }

  private static void ip(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }

  final void up() throws IOException, InterruptedException {
    ip("link", "set", networkInterface, "up");
    awaitDevice(context -> context.queryPort(1).isActive());
  }

  final void down() throws IOException, InterruptedException {
    ip("link", "set", networkInterface, "down");
    awaitDevice(context -> !context.queryPort(1).isActive());
  }

  /** Sets how long packets may be, with all headers. */
  final void setMtu(int bytes) throws IOException, InterruptedException {
    ip("link", "set", networkInterface, "mtu", Integer.toString(bytes));
  }

  /**
   * Gives the interface an address, and waits until the device knows.
   *
   * @param address with the length of its subnet's prefix, as {@code ip addr add} takes it
   */
  final void addAddress(String address) throws IOException, InterruptedException {
    if (address.contains(":")) {
      // Nobody else could have it.
      ip("addr", "add", address, "dev", networkInterface, "nodad");
    } else {
      ip("addr", "add", address, "dev", networkInterface);
    }
    awaitDevice(context -> hasGid(context, address));
  }

  /** Takes the address that the guest starts with, and waits until the device knows. */
  final void removeAddress() throws IOException, InterruptedException {
    ip("addr", "del", ADDRESS + OF_SUBNET, "dev", networkInterface);
    awaitDevice(context -> !hasGid(context, ADDRESS + OF_SUBNET));
  }

  private static boolean hasGid(Context context, String address) {
    Gid gid = Gid.parse(address.substring(0, address.indexOf('/')));
    return context.gids(1).stream().anyMatch(entry -> entry.gid().equals(gid));
  }

  /** The kernel tells devices of what happens to their interfaces a moment later. */
  static void awaitDevice(Predicate<Context> condition) throws InterruptedException {
    try (Context context = Verbs.devices().getFirst().open()) {
      Eventually.await(() -> condition.test(context));
    }
  }
}
