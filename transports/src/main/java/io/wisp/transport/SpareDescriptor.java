// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A file descriptor that is kept in reserve, so that one more client can be accepted and told why
 * it is refused when there is no other left. Used by one thread.
 */
public final class SpareDescriptor implements AutoCloseable {

  private @Nullable SocketChannel held;

  /** One that is held, if the system gives any. */
  public SpareDescriptor() {
    take();
  }

  /** Takes it again, if the system gives any; says whether it is held. */
  public boolean take() {
    if (held == null) {
      try {
        held = SocketChannel.open();
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  /** Frees it for whoever asks for one next; says whether it was held. */
  public boolean free() {
    SocketChannel channel = held;
    held = null;
    if (channel == null) {
      return false;
    }
    try {
      channel.close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    free();
  }
}
