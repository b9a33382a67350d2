package io.wisp.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A buffer of a session in memory of Netty's, so that Netty reads into it and writes from it
 * without a copy in between. What Netty still works with outlives the buffer, by its reference
 * count.
 */
final class NettyBuffer implements AutoCloseable {

  private final ByteBufAllocator allocator;
  private final NativeBuffer bytes;
  private ByteBuf memory = Unpooled.EMPTY_BUFFER;

  NettyBuffer(ByteBufAllocator allocator, int capacity, BufferBudget budget) {
    this.allocator = allocator;
    bytes = new NativeBuffer(capacity, Allocation::new, budget);
  }

  /** The buffer as sessions see it. */
  NativeBuffer bytes() {
    return bytes;
  }

  /** Where Netty is to read to: the free room, with a reference for Netty to release. */
  ByteBuf forReading(int leastRoom) {
    bytes.compact();
    bytes.ensureWritable(leastRoom);
    return memory.setIndex(bytes.end(), bytes.end()).retain();
  }

  /** Takes what Netty has read as appended. */
  void received() {
    bytes.advance(memory.writerIndex());
  }

  /** What Netty is to write: the readable bytes, with a reference for Netty to release. */
  ByteBuf forWriting() {
    return memory.retainedSlice(bytes.start(), bytes.size());
  }

  /** Whether Netty has not yet released what it was given. */
  boolean isInUse() {
    return memory.refCnt() > 1;
  }

  @Override
  public void close() {
    bytes.close();
  }

  /** The one piece of memory that a {@link NativeBuffer} has at a time. */
  private final class Allocation implements Arena {

    private ByteBuf allocated = Unpooled.EMPTY_BUFFER;

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      allocated = allocator.directBuffer((int) byteSize, (int) byteSize);
      memory = allocated;
      return MemorySegment.ofBuffer(allocated.nioBuffer(0, (int) byteSize));
    }

    @Override
    public MemorySegment.Scope scope() {
      return MemorySegment.ofBuffer(allocated.nioBuffer()).scope();
    }

    @Override
    public void close() {
      allocated.release();
    }
  }
}
