// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A connection that does what another one does, unless a test has it do something else. */
public class DelegatingMemory implements RemoteMemory {

  private final RemoteMemory memory;

  /** Stands before a connection. */
  public DelegatingMemory(RemoteMemory memory) {
    this.memory = memory;
  }

  @Override
  public MemorySegment outgoing() {
    return memory.outgoing();
  }

  @Override
  public MemorySegment incoming() {
    return memory.incoming();
  }

  @Override
  public void write(long offset, int length) {
    memory.write(offset, length);
  }

  @Override
  public void writeAndNotify(long offset, int length, long position) {
    memory.writeAndNotify(offset, length, position);
  }

  @Override
  public long arrived() {
    return memory.arrived();
  }

  @Override
  public void giveCredit(long position, long buffers) {
    memory.giveCredit(position, buffers);
  }

  @Override
  public long creditedPosition() {
    return memory.creditedPosition();
  }

  @Override
  public long creditedBuffers() {
    return memory.creditedBuffers();
  }

  @Override
  public void read(
      RemoteBuffer source, long sourceOffset, LocalBuffer target, long targetOffset, int length) {
    memory.read(source, sourceOffset, target, targetOffset, length);
  }

  @Override
  public void postReads(int token) {
    memory.postReads(token);
  }

  @Override
  public int completedReads() {
    return memory.completedReads();
  }

  @Override
  public int readDepth() {
    return memory.readDepth();
  }

  @Override
  public @Nullable String broken() {
    return memory.broken();
  }

  @Override
  public void close() {
    memory.close();
  }
}
