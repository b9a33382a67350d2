// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.transport.Transport;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The options that only some transports have a use for. The others would ignore them, and the user
 * would take what was measured for something that it is not.
 */
public enum TransportOption {
  GET("--get", List.of(TransportChoice.RDMA, TransportChoice.SHM)),
  DEVICE("--device", List.of(TransportChoice.RDMA));

  private final String word;

  @SuppressWarnings("ImmutableEnumChecker") // lists of List.of cannot be changed
  private final List<String> transports;

  TransportOption(String word, List<String> transports) {
    this.word = word;
    this.transports = transports;
  }

  /** As it is typed. */
  public String word() {
    return word;
  }

  public boolean isUsedBy(Transport transport) {
    return transports.contains(transport.name());
  }

  /** What it is for, as the end of a sentence. */
  String purpose() {
    return word
        + " is for the transport"
        + (transports.size() == 1 ? " " : "s ")
        + String.join(" and ", transports);
  }

  /** What a user of it can do where the default transport cannot run. */
  String alternative() {
    return transports.stream()
        .filter(name -> !name.equals(TransportChoice.DEFAULT))
        .map(name -> ": ask for " + name + " with --transport " + name)
        .collect(Collectors.joining());
  }
}
