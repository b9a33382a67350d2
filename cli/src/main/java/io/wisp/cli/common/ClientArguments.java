// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.UserError;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of everything that connects to a server. */
public final class ClientArguments {

  private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description =
          "How long connecting or one request may take, 1ms to 1h; ${DEFAULT-VALUE} unless given.")
  private Duration timeout = Duration.ZERO;

  @Option(
      names = "--password",
      paramLabel = "PASSWORD",
      description =
          "The server's password. The environment's WISP_PASSWORD says it without showing it to"
              + " other users of the machine.")
  private @Nullable String password;

  @Option(
      names = "--get",
      paramLabel = "auto|onesided|ring",
      description =
          "With rdma and shm: read the record where the server last said that it is and else ask the"
              + " server (auto); read the server's memory, never asking (onesided); or always ask,"
              + " through the ring (ring). auto unless given.")
  private GetPath getPath = ClientOptions.defaults().getPath();

  /**
   * How to connect.
   *
   * @param connection what holds for servers as well
   */
  public ClientOptions options(ConnectionArguments connection) {
    if (timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw UserError.usage("--timeout " + timeout.toMillis() + "ms is not between 1ms and 1h");
    }
    return ClientOptions.defaults()
        .withTimeout(timeout)
        .withPassword(Password.of(password))
        .withWaiting(connection.waiting())
        .withGetPath(getPath)
        .withDevice(connection.device())
        .withAckTimeout(connection.ackTimeout());
  }
}
