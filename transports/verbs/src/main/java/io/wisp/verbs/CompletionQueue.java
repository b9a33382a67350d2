// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_CQ;

import io.wisp.verbs.raw.CompletionCalls;
import io.wisp.verbs.raw.FastPath;
import io.wisp.verbs.raw.Structure;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Where the completions of requests arrive. Any number of queue pairs share one; it must have room
 * for all their outstanding signalled requests and receives, for a queue that overruns fails with
 * all its queue pairs.
 */
public final class CompletionQueue extends VerbsObject {

  private final Context context;
  private final @Nullable CompletionChannel channel;

  private CompletionQueue(Context context, @Nullable CompletionChannel channel, long handle) {
    super(handle, "a completion queue of " + context.device().name(), context, channel);
    this.context = context;
    this.channel = channel;
  }

  static CompletionQueue create(
      Context context, int entries, @Nullable CompletionChannel channel, int vector) {
    if (channel != null && channel.context() != context) {
      throw new IllegalArgumentException(channel + " belongs to another context");
    }
    long events = channel == null ? 0 : channel.handle();
    return create(
        (state, ignored) ->
            CompletionCalls.createCq(state, context.handle(), entries, 0, events, vector),
        errno -> refused(context, "ibv_create_cq", entries, vector, errno),
        handle -> {
          CompletionQueue queue = context.addSource(new CompletionQueue(context, channel, handle));
          if (channel != null) {
            channel.add(queue);
          }
          return queue;
        },
        context,
        channel);
  }

  private static VerbsException refused(
      Context context, String call, int entries, int vector, int errno) {
    return new VerbsException(
        call,
        context.argument() + ", cqe=" + entries + ", comp_vector=" + vector,
        errno,
        new Cures.Limits()
            .check("cqe", entries, "max_cqe", context.attributes().maxCompletions())
            .check("comp_vector", vector, "last vector", context.completionVectors() - 1)
            .sentence()
            .orElseGet(() -> Cures.of(errno)));
  }

  /** The device that it belongs to. */
  public Context context() {
    return context;
  }

  /** How many completions it holds. */
  public int capacity() {
    long queue = acquire();
    try {
      return Structure.at(IBV_CQ, queue).number("cqe");
    } finally {
      release();
    }
  }

  /**
   * Takes the completions that have arrived, as many as there is room for; does not wait. What was
   * in {@code completions} is overwritten. Allocates nothing.
   *
   * @return how many were taken
   * @throws IllegalStateException if the queue is closed
   */
  public int poll(WorkCompletions completions) {
    return poll(completions, completions.capacity());
  }

  /**
   * As {@link #poll(WorkCompletions)}, but takes at most so many.
   *
   * @param most at most the capacity of {@code completions}
   */
  public int poll(WorkCompletions completions, int most) {
    long address = completions.address(most);
    long queue = acquire();
    try {
      int count = FastPath.pollCq(context.pollCq, queue, most, address);
      if (count < 0) {
        throw new VerbsException("ibv_poll_cq", context.argument(), -count, "the queue has failed");
      }
      completions.count(count);
      return count;
    } finally {
      release();
      Reference.reachabilityFence(completions);
    }
  }

  /**
   * Asks that the next completion that arrives be announced on the channel, once.
   *
   * @param solicitedOnly only for receives whose sender {@link SendFlags#SOLICITED asked} for it,
   *     and for failures
   * @throws IllegalStateException if the queue is closed, or has no channel
   */
  public void requestNotification(boolean solicitedOnly) {
    if (channel == null) {
      throw new IllegalStateException(name() + " has no completion channel to announce on");
    }
    long queue = acquire();
    try {
      int errno = Math.abs(FastPath.reqNotifyCq(context.reqNotifyCq, queue, solicitedOnly ? 1 : 0));
      if (errno != 0) {
        throw new VerbsException("ibv_req_notify_cq", context.argument(), errno);
      }
    } finally {
      release();
    }
  }

  /**
   * Changes how many completions it holds, with those that are in it kept.
   *
   * @throws VerbsException if the device cannot do that, or the number is too large or less than
   *     what is in it
   */
  public void resize(int entries) {
    long queue = acquire();
    try {
      int errno = Math.abs(CompletionCalls.resizeCq(queue, entries));
      if (errno != 0) {
        throw refused(context, "ibv_resize_cq", entries, 0, errno);
      }
    } finally {
      release();
    }
  }

  @Override
  void destroy() {
    context.removeSource(this);
    if (channel != null) {
      channel.remove(this);
    }
    VerbsException.check("ibv_destroy_cq", context.argument(), CompletionCalls.destroyCq(handle()));
  }
}
