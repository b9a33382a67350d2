// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.measure.input.TransportOption;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.rdma.AckTimeout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What the clients of a run are connected to and how: no figure means anything without it.
 *
 * @param description what they are really connected to, in the transport's words
 * @param server the program that serves, and its version, as far as it tells
 */
record PerfConnection(
    Transport transport,
    Endpoint endpoint,
    String description,
    String server,
    ClientOptions options) {

  /** What figures of emulated RDMA are good for. */
  static final String CAVEAT =
      "Soft-RoCE: emulated RDMA; only ratios within one machine mean anything";

  /** The word by which a transport says that no hardware is behind its device. */
  private static final String EMULATED = "emulated";

  boolean emulated() {
    return description.contains(EMULATED);
  }

  /** How the clients go about it, for people. */
  String manner() {
    StringBuilder manner = new StringBuilder("waits by " + options.waiting().word());
    if (TransportOption.GET.isUsedBy(transport)) {
      manner.append(", gets by ").append(options.getPath().word());
    }
    if (TransportOption.DEVICE.isUsedBy(transport)) {
      manner.append(", device ").append(Objects.requireNonNullElse(options.device(), "not named"));
    }
    if (TransportOption.ACK_TIMEOUT.isUsedBy(transport)) {
      manner.append(", ack timeout ").append(ackTimeout());
    }
    return manner.toString();
  }

  /** The same for the result file; what the transport has no use for is left out. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("transport", transport.name());
    fields.put("endpoint", endpoint.toString());
    fields.put("description", description);
    fields.put("server", server);
    fields.put("emulated", emulated());
    fields.put("timeoutMilliseconds", options.timeout().toMillis());
    fields.put("waiting", options.waiting().word());
    fields.put("busyPoll", options.busyPoll());
    if (TransportOption.GET.isUsedBy(transport)) {
      fields.put("get", options.getPath().word());
    }
    String device = options.device();
    if (device != null) {
      fields.put("device", device);
    }
    if (TransportOption.ACK_TIMEOUT.isUsedBy(transport)) {
      fields.put("ackTimeoutNanoseconds", ackTimeout().nanoseconds());
    }
    return fields;
  }

  /** What the device keeps, which is not quite what was asked for. */
  private AckTimeout ackTimeout() {
    return AckTimeout.of(options.ackTimeout());
  }
}
