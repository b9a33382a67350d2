// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

/**
 * Where memory comes from that reads arrive in and that other sides may read. It serves all
 * connections whose {@link RemoteMemory#buffers} it is, which belong to one thread, as it does.
 */
public interface BufferSource {

  /**
   * Memory that reads on these connections may arrive in, and that their other sides may read.
   *
   * @throws io.wisp.transport.TransportException if there is none; the message says why
   */
  LocalBuffer allocate(long bytes);

  /** Whether its connections end and no others come, so that nothing of it is worth keeping. */
  default boolean isGivenUp() {
    return false;
  }
}
