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

/** The fake transport, said to run over an emulated device, with clients that count lookups. */
public final class EmulatedTransport implements Transport {

  public static final int PORT_OFFSET = 6;

  private final FakeTransport fake = new FakeTransport();

  @Override
  public String name() {
    return "soft";
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public int portOffset() {
    return PORT_OFFSET;
  }

  @Override
  public Server serve(Store store, ServerOptions options) {
    return fake.serve(store, options);
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    return FakeTransport.connect(endpoint, options, "soft0 (Soft-RoCE, emulated)");
  }
}
