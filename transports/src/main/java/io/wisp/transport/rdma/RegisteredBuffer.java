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
record RegisteredBuffer(Resources resources, MemorySegment memory, MemoryRegion region)
    implements LocalBuffer {

  private static final int PAGE = 4096;

  /**
   * Allocates and registers memory.
   *
   * @throws VerbsException if the process may not lock so much, or the device not register it
   * @throws OutOfMemoryError if the system has no memory for it
   */
  static RegisteredBuffer allocate(ProtectionDomain domain, long bytes) {
    Resources resources = new Resources();
    try {
      Arena arena = resources.add(Arena.ofShared(), Arena::close);
      MemorySegment memory = arena.allocate(bytes, PAGE);
      MemoryRegion region =
          resources.add(
              domain.register(memory, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_READ),
              MemoryRegion::close);
      return new RegisteredBuffer(resources, memory, region);
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
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
