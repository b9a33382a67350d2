package io.wisp.transport;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to connect.
 *
 * @param timeout how long connecting, or one operation, may take before it fails
 * @param password what the server wants to hear first; null means nothing
 * @param maxOutstanding how many requests may be submitted and not yet completed, 1 or more
 * @param busyPoll whether the client polls for replies without sleeping
 */
public record ClientOptions(
    Duration timeout, @Nullable String password, int maxOutstanding, boolean busyPoll) {

  public ClientOptions {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout=" + timeout + ", and it must be positive");
    }
    if (maxOutstanding < 1) {
      throw new IllegalArgumentException(
          "maxOutstanding=" + maxOutstanding + ", and 1 is the least");
    }
  }

  /** Five seconds, no password, 1,024 outstanding requests, no busy polling. */
  public static ClientOptions defaults() {
    return new ClientOptions(Duration.ofSeconds(5), null, 1024, false);
  }

  public ClientOptions withTimeout(Duration timeout) {
    return new ClientOptions(timeout, password, maxOutstanding, busyPoll);
  }

  public ClientOptions withPassword(@Nullable String password) {
    return new ClientOptions(timeout, password, maxOutstanding, busyPoll);
  }

  public ClientOptions withMaxOutstanding(int maxOutstanding) {
    return new ClientOptions(timeout, password, maxOutstanding, busyPoll);
  }

  public ClientOptions withBusyPoll(boolean busyPoll) {
    return new ClientOptions(timeout, password, maxOutstanding, busyPoll);
  }
}
