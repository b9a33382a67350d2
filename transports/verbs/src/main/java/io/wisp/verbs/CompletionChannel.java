// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_COMP_CHANNEL;

import io.wisp.verbs.raw.CompletionCalls;
import io.wisp.verbs.raw.Structure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Announces completions, so that a thread can sleep until there are some. The way to wait without
 * missing any: {@link CompletionQueue#requestNotification ask} for one announcement, poll until the
 * queue is empty, {@link #awaitEvent wait}, and begin again. Waiting allocates nothing.
 */
public final class CompletionChannel extends EventSource<CompletionQueue> {

  private static final CompletionQueue[] NO_QUEUES = {};

  private final Context context;
  private final int descriptor;
  private final MemorySegment out = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 2);

  /** Replaced, never changed, so that looking a queue up takes no lock. */
  private volatile CompletionQueue[] queues = NO_QUEUES;

  CompletionChannel(Context context, long handle) {
    super(
        handle, "a completion channel of " + context.device().name(), descriptor(handle), context);
    this.context = context;
    descriptor = descriptor(handle);
  }

  private static int descriptor(long handle) {
    return Structure.at(IBV_COMP_CHANNEL, handle).number("fd");
  }

  /** The device whose queues it serves. */
  public Context context() {
    return context;
  }

  /**
   * Its file descriptor, which is non-blocking, for waiting in some other way. It may be waited on
   * and nothing else; take events with {@link #awaitEvent awaitEvent(0)}.
   */
  public int fileDescriptor() {
    return descriptor;
  }

  /*
   * Acknowledges at once: destroying a queue waits for its unacknowledged events, and between the
   * two calls it is just that wait which keeps the queue's memory valid. Saving acknowledgements
   * up, as C programs do, would save a mutex of some 20 ns a wake-up.
   */
  @Override
  @Nullable CompletionQueue takeEvent(long channel) {
    while (readEvent(channel)) {
      long handle = out.get(ValueLayout.JAVA_LONG, 0);
      CompletionQueue found = find(handle);
      CompletionCalls.ackCqEvents(handle, 1);
      if (found != null) {
        return found;
      }
    }
    int errno = events.state().errno();
    if (!EventDescriptor.isEmpty(errno)) {
      throw new VerbsException("ibv_get_cq_event", context.argument(), errno);
    }
    return null;
  }

  /** Reads an event to {@link #out}; if it does not, the state has the error number. */
  private boolean readEvent(long channel) {
    long queue = out.address();
    long cookie = queue + Long.BYTES;
    return CompletionCalls.getCqEvent(channel, queue, cookie) == 0
        || CompletionCalls.getCqEvent(events.state(), channel, queue, cookie) == 0;
  }

  private @Nullable CompletionQueue find(long handle) {
    for (CompletionQueue queue : queues) {
      if (queue.handle() == handle) {
        return queue;
      }
    }
    return null;
  }

  synchronized void add(CompletionQueue queue) {
    CompletionQueue[] more = Arrays.copyOf(queues, queues.length + 1);
    more[queues.length] = queue;
    queues = more;
  }

  synchronized void remove(CompletionQueue queue) {
    queues = Arrays.stream(queues).filter(each -> each != queue).toArray(CompletionQueue[]::new);
  }

  @Override
  void destroy() {
    events.close();
    VerbsException.check(
        "ibv_destroy_comp_channel", context.argument(), CompletionCalls.destroyChannel(handle()));
  }
}
