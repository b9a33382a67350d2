// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.time.Duration;

/** Clients that outlast a machine which stops for a while. */
public final class Patient {

  private Patient() {}

  /** The usual options, for a client that is to be answered. */
  public static ClientOptions options() {
    return ClientOptions.defaults().withTimeout(Duration.ofSeconds(60));
  }
}
