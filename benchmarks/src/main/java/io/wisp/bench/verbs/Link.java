// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.AccessFlag;
import io.wisp.verbs.CompletionQueue;
import io.wisp.verbs.ConnectionOptions;
import io.wisp.verbs.Context;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.MemoryRegion;
import io.wisp.verbs.ProtectionDomain;
import io.wisp.verbs.QueuePair;
import io.wisp.verbs.QueuePairAddress;
import io.wisp.verbs.QueuePairOptions;
import io.wisp.verbs.QueuePairType;
import io.wisp.verbs.ReceiveBatch;
import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import io.wisp.verbs.Verbs;
import io.wisp.verbs.VerbsException;
import io.wisp.verbs.WorkCompletions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One end of a reliable connection, with memory for a message to send and one to receive, made as
 * perftest makes its own: the port's MTU, a completion queue for sends and one for receives, each
 * with room for as many as can be under way.
 */
final class Link implements AutoCloseable {

  private static final int PAGE = 4096;

  /** As many as perftest is told to have. */
  static final int READS = 16;

  private static final ConnectionOptions CONNECTION =
      ConnectionOptions.DEFAULT.withReads(READS, READS);

  final LinkOptions options;
  final Stop stop;
  final Context context;
  final LocalPort port;
  final MemorySegment outgoing;
  final MemorySegment incoming;
  final MemoryRegion region;
  final CompletionQueue sends;
  final CompletionQueue receives;
  final QueuePair pair;

  private final Arena arena = Arena.ofShared();
  private final WorkCompletions completions = new WorkCompletions(1);
  private final QueuePairAddress address;
  private @Nullable LinkAddress remote;
  private @Nullable SendBatch message;

  private Link(LinkOptions options, Context context, Stop stop) {
    this.options = options;
    this.stop = stop;
    this.context = context;
    port = context.selectPort();
    long half = (options.size() + PAGE - 1L) / PAGE * PAGE;
    MemorySegment memory = arena.allocate(2 * half, PAGE);
    outgoing = memory.asSlice(0, options.size());
    incoming = memory.asSlice(half, options.size());
    ProtectionDomain domain = context.createProtectionDomain();
    region =
        domain.register(
            memory, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_READ, AccessFlag.REMOTE_WRITE);
    sends = context.createCompletionQueue(options.sendDepth());
    receives = context.createCompletionQueue(options.receiveDepth());
    pair =
        domain.createQueuePair(
            new QueuePairOptions(QueuePairType.RC, sends, receives)
                .maxSends(options.sendDepth())
                .maxReceives(options.receiveDepth())
                .maxInline(options.inline()));
    pair.init(port, AccessFlag.REMOTE_READ, AccessFlag.REMOTE_WRITE);
    address = pair.address(port);
  }

  /**
   * Makes an end.
   *
   * @param stop ends its waiting
   * @throws VerbsException if there is no such device, or none at all
   */
  static Link open(LinkOptions options, Stop stop) {
    Context context =
        options.device().equals(LinkOptions.ANY_DEVICE)
            ? Verbs.open()
            : Verbs.open(options.device());
    try {
      return new Link(options.on(context.device().name()), context, stop);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  LinkAddress address() {
    return new LinkAddress(address, outgoing.address(), incoming.address(), region.rkey());
  }

  /** Connects to the other end; receives that it may use at once have to be posted before. */
  void connect(LinkAddress other) {
    remote = other;
    pair.connect(port, address, other.pair(), CONNECTION);
  }

  LinkAddress remote() {
    if (remote == null) {
      throw new IllegalStateException("the link is not connected");
    }
    return remote;
  }

  /** The request of a round trip, made at the first: it signals that it is done. */
  SendBatch message() {
    SendBatch made = message;
    if (made == null) {
      made = requests(1).flags(0, SendFlags.SIGNALED);
      message = made;
    }
    return made;
  }

  /** Posts the request of a round trip and waits until it is done. */
  void sendMessage() {
    pair.post(message(), 1);
    awaitOne(sends);
  }

  /** Makes the requests that this end posts, none of which signals that it is done. */
  SendBatch requests(int count) {
    int inline = options.inlined() ? options.size() : 0;
    SendBatch batch = new SendBatch(count, 1, inline);
    for (int i = 0; i < count; i++) {
      switch (options.operation()) {
        case READ -> batch.read(i, remote().sendMemory(), remote().key());
        case WRITE -> batch.write(i, remote().receiveMemory(), remote().key());
        case SEND -> batch.send(i);
      }
      if (options.operation() == VerbsOperation.READ) {
        batch.local(i, incoming.address(), options.size(), region.lkey());
      } else {
        fill(batch, i);
      }
    }
    return batch;
  }

  /** Puts the message as it is now into a request that carries it in itself. */
  void fill(SendBatch batch, int index) {
    if (options.inlined()) {
      batch.inline(index, outgoing, 0, options.size());
    } else {
      batch.local(index, outgoing.address(), options.size(), region.lkey());
    }
  }

  /** Makes receives, each into the memory for a message. */
  ReceiveBatch receiveRequests(int count) {
    ReceiveBatch batch = new ReceiveBatch(count);
    for (int i = 0; i < count; i++) {
      batch.local(i, incoming.address(), options.size(), region.lkey());
    }
    return batch;
  }

  /** Waits, without sleeping, for one completion. */
  void awaitOne(CompletionQueue queue) {
    while (queue.poll(completions) == 0) {
      stop.check();
    }
    requireSuccess(completions, 1);
  }

  static void requireSuccess(WorkCompletions completions, int count) {
    for (int i = 0; i < count; i++) {
      if (!completions.isSuccess(i)) {
        throw new IllegalStateException(completions.describe(i));
      }
    }
  }

  @Override
  public void close() {
    context.close();
    arena.close();
  }
}
