// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.bench.server.ServerProcess;
import io.wisp.bench.store.MapKind;
import io.wisp.measure.input.UserError;
import io.wisp.measure.machine.Placement;
import io.wisp.measure.workload.OperationMix;
import io.wisp.store.Limits;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import io.wisp.transport.rdma.AckTimeout;
import io.wisp.transport.rdma.DeviceChoice;
import java.util.List;
import java.util.Map;

/**
 * Checks the value of a parameter before anything runs, because JMH would only find out in a fork.
 */
@FunctionalInterface
interface ParameterCheck {

  /** The most requests that may be under way on a connection. */
  int MAX_PIPELINE = 100_000;

  /** The most threads of a server. */
  int MAX_SERVER_THREADS = 1_024;

  /** The most entries of a map that is measured. */
  int MAX_ENTRIES = 100_000_000;

  /** The checks, by the parameter's name. */
  Map<String, ParameterCheck> BY_NAME =
      Map.ofEntries(
          Map.entry("transport", ParameterCheck::transport),
          Map.entry("keySize", between(1, Limits.MAX_KEY_LENGTH)),
          Map.entry("payloadSize", between(0, Limits.MAX_VALUE_LENGTH)),
          Map.entry("operation", OperationMix::named),
          Map.entry("pipeline", between(1, MAX_PIPELINE)),
          Map.entry("server", ParameterCheck::server),
          Map.entry("serverThreads", between(1, MAX_SERVER_THREADS)),
          Map.entry("busyPoll", ParameterCheck::truthOrAuto),
          Map.entry("get", GetPath::ofWord),
          Map.entry("device", ParameterCheck::device),
          Map.entry("ackTimeout", ParameterCheck::ackTimeout),
          Map.entry("placement", ParameterCheck::placement),
          Map.entry("store", MapKind::labelled),
          Map.entry("entries", between(1, MAX_ENTRIES)),
          Map.entry("full", between(1, 100)));

  /**
   * Accepts a value or not.
   *
   * @throws IllegalArgumentException if it is no good; the message says why
   */
  void check(String value);

  /** Checks a value of any parameter; those of other benchmarks are left to them. */
  static void check(String name, String value) {
    ParameterCheck check = BY_NAME.get(name);
    if (check != null) {
      try {
        check.check(value);
      } catch (IllegalArgumentException e) {
        throw UserError.usage(name + "=" + value + ": " + e.getMessage());
      }
    }
  }

  private static ParameterCheck between(int least, int most) {
    return value -> {
      String wanted = "a whole number from " + least + " to " + most + " is wanted";
      long number;
      try {
        number = Long.parseLong(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(wanted, e);
      }
      if (number < least || number > most) {
        throw new IllegalArgumentException(wanted);
      }
    };
  }

  private static void truthOrAuto(String value) {
    if (!List.of("true", "false", PlacementDefaults.AUTO).contains(value)) {
      throw new IllegalArgumentException("true, false or auto is wanted");
    }
  }

  private static void placement(String name) {
    if (!name.equals(PlacementDefaults.AUTO)) {
      Placement ignored = Placement.named(name);
    }
  }

  private static void device(String text) {
    try {
      DeviceChoice ignored = DeviceChoice.parse(text);
    } catch (TransportException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static void ackTimeout(String text) {
    try {
      AckTimeout ignored = AckTimeout.of(ServerProcess.ackTimeout(text));
    } catch (TransportException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static void transport(String name) {
    Transport transport = Transports.named(name);
    transport
        .unavailable()
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("this machine cannot run it: " + reason);
            });
  }

  private static void server(String address) {
    if (!address.equals(TransportBenchmark.OWN_SERVER) && Endpoint.parse(address).port() == 0) {
      throw new IllegalArgumentException("a server has no port 0");
    }
  }
}
