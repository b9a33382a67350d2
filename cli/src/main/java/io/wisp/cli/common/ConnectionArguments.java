// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.UserError;
import io.wisp.transport.TransportException;
import io.wisp.transport.Waiting;
import io.wisp.transport.rdma.AckTimeout;
import io.wisp.transport.rdma.DeviceChoice;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that server and clients have in common: how an end of a connection works. */
public final class ConnectionArguments {

  @Option(
      names = "--wait",
      paramLabel = "poll|spin|sleep",
      description =
          "How to wait for the other side: poll without ever sleeping, the shortest latency for a"
              + " whole core a thread; spin for a moment, then sleep; or sleep at once. spin unless"
              + " given.")
  private @Nullable Waiting waiting;

  @Option(names = "--busy-poll", description = "The same as --wait poll.")
  private boolean busyPoll;

  @Option(
      names = "--device",
      paramLabel = "NAME[:PORT[:GID_INDEX]]",
      description =
          "With rdma: the RDMA device to use. Unless given, one that works; a server at 0.0.0.0 or ::"
              + " serves each client by the device of the address that it came to.")
  private @Nullable String device;

  @Option(
      names = "--ack-timeout",
      paramLabel = "TIME",
      description =
          "With rdma: how long this side's device waits for an acknowledgement before it sends"
              + " again, 1ms to 8796s, rounded up to 4.096 us times a power of two; 0.54 s unless"
              + " given. After seven such times without an answer the connection breaks.")
  private @Nullable Duration ackTimeout;

  /**
   * How to wait for the other side.
   *
   * @throws UserError if two options say different things about it
   */
  public Waiting waiting() {
    Waiting asked = waiting;
    if (busyPoll && asked != null && asked != Waiting.POLL) {
      throw UserError.usage(
          "--busy-poll means --wait poll, and --wait %s is something else: use one of them"
              .formatted(asked.word()));
    }
    if (busyPoll) {
      return Waiting.POLL;
    }
    return asked == null ? Waiting.SPIN : asked;
  }

  /**
   * The RDMA device that was asked for, or null if any will do.
   *
   * @throws UserError if the text is not of the shape that a device has
   */
  public @Nullable String device() {
    try {
      DeviceChoice ignored = DeviceChoice.parse(device);
      return device;
    } catch (TransportException e) {
      throw UserError.usage("--device: " + e.getMessage());
    }
  }

  /**
   * How long the RDMA device is to wait for an acknowledgement, or null if that was not said.
   *
   * @throws UserError if no device can wait for so long
   */
  public @Nullable Duration ackTimeout() {
    try {
      AckTimeout ignored = AckTimeout.of(ackTimeout);
      return ackTimeout;
    } catch (TransportException e) {
      throw UserError.usage("--ack-timeout: " + e.getMessage());
    }
  }
}
