// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to connect. What a transport has no use for it ignores.
 *
 * @param timeout how long connecting, or one operation, may take before it fails
 * @param password what the server wants to hear first; null means nothing
 * @param maxOutstanding how many requests may be submitted and not yet completed, 1 or more
 * @param waiting how the client waits for replies
 * @param getPath how values are got, where the transport reaches into the server's memory
 * @param device the RDMA device, {@code NAME[:PORT[:GID_INDEX]]}; null chooses one
 * @param ackTimeout how long an RDMA device waits for an acknowledgement before it sends again, at
 *     least; null leaves it to the transport
 */
public record ClientOptions(
    Duration timeout,
    @Nullable String password,
    int maxOutstanding,
    Waiting waiting,
    GetPath getPath,
    @Nullable String device,
    @Nullable Duration ackTimeout) {

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public ClientOptions {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout=" + timeout + ", and it must be positive");
    }
    if (maxOutstanding < 1) {
      throw new IllegalArgumentException(
          "maxOutstanding=" + maxOutstanding + ", and 1 is the least");
    }
  }

  /**
   * Five seconds, no password, 1,024 outstanding requests, spinning before sleeping, gets that take
   * one round trip.
   */
  public static ClientOptions defaults() {
    return new ClientOptions(
        Duration.ofSeconds(5), null, 1024, Waiting.SPIN, GetPath.AUTO, null, null);
  }

  /** Whether the client polls for replies without ever sleeping. */
  public boolean busyPoll() {
    return waiting == Waiting.POLL;
  }

  /** These, with another time limit. */
  public ClientOptions withTimeout(Duration timeout) {
    return new ClientOptions(
        timeout, password, maxOutstanding, waiting, getPath, device, ackTimeout);
  }

  /** These, with another password, or null for none. */
  public ClientOptions withPassword(@Nullable String password) {
    return new ClientOptions(
        timeout, password, maxOutstanding, waiting, getPath, device, ackTimeout);
  }

  /** These, with another limit of outstanding requests. */
  public ClientOptions withMaxOutstanding(int maxOutstanding) {
    return new ClientOptions(
        timeout, password, maxOutstanding, waiting, getPath, device, ackTimeout);
  }

  /** These, with another way of waiting. */
  public ClientOptions withWaiting(Waiting waiting) {
    return new ClientOptions(
        timeout, password, maxOutstanding, waiting, getPath, device, ackTimeout);
  }

  /** {@link Waiting#POLL}, or else what waits when nothing else is asked for. */
  public ClientOptions withBusyPoll(boolean busyPoll) {
    return withWaiting(busyPoll ? Waiting.POLL : Waiting.SPIN);
  }

  /** These, with another way to get. */
  public ClientOptions withGetPath(GetPath getPath) {
    return new ClientOptions(
        timeout, password, maxOutstanding, waiting, getPath, device, ackTimeout);
  }

  /** These, with another RDMA device, or null for any. */
  public ClientOptions withDevice(@Nullable String device) {
    return new ClientOptions(
        timeout, password, maxOutstanding, waiting, getPath, device, ackTimeout);
  }

  /** These, with another time to wait for acknowledgements, or null for the transport's. */
  public ClientOptions withAckTimeout(@Nullable Duration ackTimeout) {
    return new ClientOptions(
        timeout, password, maxOutstanding, waiting, getPath, device, ackTimeout);
  }
}
