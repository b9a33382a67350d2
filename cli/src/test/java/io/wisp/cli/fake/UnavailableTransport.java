// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.fake;

import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import java.util.Optional;

/** A transport that no machine can run. */
public final class UnavailableTransport implements Transport {

  @Override
  public String name() {
    return "absent";
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.of("no machine has the device");
  }

  @Override
  public int portOffset() {
    return 8;
  }

  @Override
  public Server serve(Store store, ServerOptions options) {
    throw new AssertionError("it is not available");
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    throw new AssertionError("it is not available");
  }
}
