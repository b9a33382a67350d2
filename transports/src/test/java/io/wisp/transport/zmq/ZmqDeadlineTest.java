// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.transport.Client;
import io.wisp.transport.ClientDeadlineTest;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import java.util.function.LongSupplier;

class ZmqDeadlineTest extends ClientDeadlineTest {

  ZmqDeadlineTest() {
    super(new ZmqTransport());
  }

  @Override
  protected Client connect(Endpoint endpoint, LongSupplier nanoTime) {
    return new ZmqTransport()
        .connect(endpoint, ClientOptions.defaults().withTimeout(TIMEOUT), nanoTime);
  }
}
