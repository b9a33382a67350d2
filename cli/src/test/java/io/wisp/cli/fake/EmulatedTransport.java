// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.fake;

import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;

/** The fake transport, said to run over an emulated device, with clients that count lookups. */
public class EmulatedTransport extends FakeTransport {

  public static final int PORT_OFFSET = 6;

  @Override
  public String name() {
    return "soft";
  }

  @Override
  public int portOffset() {
    return PORT_OFFSET;
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    return connect(endpoint, options, "soft0 (Soft-RoCE, emulated)");
  }
}
