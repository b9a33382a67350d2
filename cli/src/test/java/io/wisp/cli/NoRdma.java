// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.cli.common.TransportChoice;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.util.Optional;

/** What holds only on a machine without an RDMA device. */
final class NoRdma {

  private NoRdma() {}

  private static Optional<Transport> rdma() {
    return Transports.all().stream()
        .filter(transport -> transport.name().equals(TransportChoice.RDMA))
        .findFirst();
  }

  /** Skips a test on a machine that has one. */
  static void assume() {
    assumeTrue(
        rdma().flatMap(Transport::unavailable).isPresent() || rdma().isEmpty(),
        "this machine has an RDMA device, so nothing falls back here");
  }

  /** How every complaint about it begins. */
  static String reason() {
    return rdma()
        .flatMap(Transport::unavailable)
        .map(reason -> "this machine has no RDMA (" + reason + ")")
        .orElse("this version of Wisp has no RDMA transport");
  }
}
