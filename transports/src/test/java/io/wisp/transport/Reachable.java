// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.io.IOException;

/** What clients connect to, until it is closed. */
public interface Reachable extends AutoCloseable {

  /** Where it is. */
  Endpoint endpoint();

  @Override
  void close() throws IOException;
}
