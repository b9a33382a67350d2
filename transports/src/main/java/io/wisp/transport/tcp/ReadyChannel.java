// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.io.IOException;

/** A channel of an event loop, which serves it when it is ready. */
interface ReadyChannel {

  /**
   * Does what can be done without waiting, and says whether that was anything. If it throws, the
   * event loop closes the channel.
   */
  boolean serve() throws IOException;

  void close();
}
