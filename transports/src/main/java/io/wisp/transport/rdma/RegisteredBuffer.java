// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.verbs.AccessFlag;
import io.wisp.verbs.MemoryRegion;
import io.wisp.verbs.ProtectionDomain;
import io.wisp.verbs.VerbsException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory that READs of this side arrive in and that the other side may READ. */
final class RegisteredBuffer implements LocalBuffer {

  private static final int PAGE = 4096;

  private final Resources resources = new Resources();
  private final MemorySegment memory;
  private final MemoryRegion region;

  /**
   * Allocates and registers memory.
   *
   * @throws VerbsException if the process may not lock so much, or the device not register it
   * @throws OutOfMemoryError if the system has no memory for it
   */
  RegisteredBuffer(ProtectionDomain domain, long bytes) {
    try {
      Arena arena = resources.add(Arena.ofShared(), Arena::close);
      memory = arena.allocate(bytes, PAGE);
      region =
          resources.add(
              domain.register(memory, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_READ),
              MemoryRegion::close);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public MemorySegment memory() {
    return memory;
  }

  @Override
  public RemoteBuffer remote() {
    return new RemoteBuffer(region.address(), region.rkey(), region.length());
  }

  /** By which our own requests name it. */
  int key() {
    return region.lkey();
  }

  @Override
  public void close() {
    resources.close();
  }
}
