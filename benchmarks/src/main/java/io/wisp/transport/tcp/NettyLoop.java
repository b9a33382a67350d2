package io.wisp.transport.tcp;

import io.netty.buffer.ByteBufAllocator;
import io.wisp.store.Store;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What all connections of Netty's one thread share. Made, used and closed by that thread. */
final class NettyLoop implements AutoCloseable {

  private static final int SCRATCH_CAPACITY = 4 << 10;

  private final BufferBudget budget = BufferBudget.shared(TcpLimits.defaults().bufferMemory());
  private final BufferPool pool = new BufferPool(budget);
  private final SessionContext context;
  private NettyBuffer output = newBuffer();
  private long clients;

  NettyLoop(Store store) {
    NativeBuffer scratch = new NativeBuffer(SCRATCH_CAPACITY, Arena::ofConfined, budget);
    Request request = new Request(store, new Reticent(), System::currentTimeMillis, scratch);
    context = new SessionContext(request, pool, new RequestCounters());
  }

  /** A session for a new connection. */
  RespSession newSession() {
    return new RespSession(context, new ClientInfo(++clients, "trial", 0));
  }

  /** A buffer with room for a few dozen small requests or replies, which grows if need be. */
  NettyBuffer newBuffer() {
    return new NettyBuffer(ByteBufAllocator.DEFAULT, BufferPool.SMALL, budget);
  }

  /** Where the connection whose turn it is replies. */
  NettyBuffer output() {
    return output;
  }

  /**
   * Empties the output, which Netty was given to write; replaces it if that is still to be done.
   */
  void outputGiven() {
    if (output.isInUse()) {
      output.close();
      output = newBuffer();
    } else {
      output.bytes().clear();
      output.bytes().shrink();
    }
  }

  @Override
  public void close() {
    context.close();
    output.close();
    pool.close();
  }

  /** The view of a server that has no password, and nothing to tell of itself. */
  private static final class Reticent implements ServerView {

    @Override
    public byte @Nullable [] password() {
      return null;
    }

    @Override
    public String information(Set<String> sections) {
      return "";
    }

    @Override
    public Map<String, String> configuration() {
      return Map.of();
    }

    @Override
    public Stream<String> clients() {
      return Stream.empty();
    }
  }
}
