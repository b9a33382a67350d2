// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.net.InetSocketAddress;
import java.util.List;

/** Servers, each a process of its own, that clients of a test use as one. */
interface RunningNodes extends AutoCloseable {

  /** Where clients reach them. */
  List<InetSocketAddress> addresses();

  /** Waits until all slots are served; the answer is one who serves some, by its place. */
  int awaitLeader() throws InterruptedException;

  /** All that they have said, in lines. */
  String said();

  @Override
  void close();
}
