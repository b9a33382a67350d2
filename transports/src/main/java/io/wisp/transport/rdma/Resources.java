// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.Log;
import io.wisp.verbs.VerbsException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What has to be closed in the opposite order in which it was made, also if not all was made. */
final class Resources implements AutoCloseable {

  private static final Log LOG = Log.of(Resources.class);

  private final Deque<Runnable> closers = new ArrayDeque<>();

  /** Closes one more, before those that were added earlier. */
  synchronized <T> T add(T resource, Consumer<T> closer) {
    closers.push(() -> closer.accept(resource));
    return resource;
  }

  @Override
  public synchronized void close() {
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (VerbsException e) {
        // The device is gone, or it frees it with the process.
        LOG.log(Level.WARNING, "something was not freed", e);
      }
    }
  }
}
