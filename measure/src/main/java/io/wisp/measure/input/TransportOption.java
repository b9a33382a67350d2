// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

import io.wisp.transport.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What can be said that only some transports have a use for. The others would ignore it, and the
 * user would take what was measured for something that it is not.
 */
public enum TransportOption {
  /** How values are got. */
  GET("get", List.of("rdma", "shm")),
  /** The RDMA device. */
  DEVICE("device", List.of("rdma")),
  /** How long an RDMA device waits for an acknowledgement before it sends again. */
  ACK_TIMEOUT("ackTimeout", List.of("rdma"));

  private final String parameter;

  @SuppressWarnings("ImmutableEnumChecker") // lists of List.of cannot be changed
  private final List<String> transports;

  TransportOption(String parameter, List<String> transports) {
    this.parameter = parameter;
    this.transports = transports;
  }

  /** The name by which the command takes it, behind two dashes. */
  public String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The name by which the suite takes it, as one of JMH's parameters. */
  public String parameter() {
    return parameter;
  }

  /** The names of the transports that have a use for it. */
  public List<String> transports() {
    return transports;
  }

  /** Whether a transport has a use for it. */
  public boolean isUsedBy(Transport transport) {
    return isUsedBy(transport.name());
  }

  /** The same by the transport's name. */
  public boolean isUsedBy(String transport) {
    return transports.contains(transport);
  }

  /** Whether a parameter of any name means something to a transport. */
  public static boolean means(String parameter, String transport) {
    Optional<TransportOption> special =
        Arrays.stream(values()).filter(each -> each.parameter.equals(parameter)).findFirst();
    return special.isEmpty() || special.get().isUsedBy(transport);
  }
}
