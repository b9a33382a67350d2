// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.load;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The parameters that only some transports have a use for. */
public enum TransportParameter {
  GET("get", List.of("rdma", "shm")),
  DEVICE("device", List.of("rdma"));

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // lists of List.of cannot be changed
  private final List<String> transports;

  TransportParameter(String label, List<String> transports) {
    this.label = label;
    this.transports = transports;
  }

  /** The name by which it is given. */
  public String label() {
    return label;
  }

  /** The names of the transports that have a use for it. */
  public List<String> transports() {
    return transports;
  }

  public boolean isUsedBy(String transport) {
    return transports.contains(transport);
  }

  /** Whether a parameter of any name means something to a transport. */
  public static boolean means(String parameter, String transport) {
    Optional<TransportParameter> special =
        Arrays.stream(values()).filter(each -> each.label.equals(parameter)).findFirst();
    return special.isEmpty() || special.get().isUsedBy(transport);
  }
}
