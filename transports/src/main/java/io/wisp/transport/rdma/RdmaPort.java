// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.verbs.AsyncEvent;
import io.wisp.verbs.AsyncEventType;
import io.wisp.verbs.CompletionChannel;
import io.wisp.verbs.CompletionQueue;
import io.wisp.verbs.ProtectionDomain;
import io.wisp.verbs.VerbsException;
import io.wisp.verbs.WorkCompletions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A thread's completion queues and the connections whose completions arrive there. */
final class RdmaPort implements Port {

  private static final int COMPLETIONS_PER_POLL = 32;

  private final RdmaDevice device;
  private final ProtectionDomain domain;
  private final Resources resources = new Resources();
  private final CompletionChannel channel;
  private final CompletionQueues queues;
  private final WorkCompletions completions = new WorkCompletions(COMPLETIONS_PER_POLL);
  private final FabricCounters counters = new FabricCounters();
  private final AtomicLong serials = new AtomicLong();
  private @Nullable RdmaMemory[] connections = new @Nullable RdmaMemory[1];

  /** Those that something was taken in for. */
  private final Queue<RdmaMemory> listed = new ArrayDeque<>();

  /** Whether something was taken in by a wait, for the next poll to tell. */
  private boolean tookWhileWaiting;

  /** Why the device is of no use any longer. */
  private volatile @Nullable String failure;

  private boolean closed;

  /**
   * @param domain for buffers
   * @param most how many connections the port will have
   * @throws VerbsException if the device does not give what is needed
   */
  RdmaPort(RdmaDevice device, ProtectionDomain domain, int most) {
    this.device = device;
    this.domain = domain;
    try {
      channel = resources.add(device.context().createCompletionChannel(), CompletionChannel::close);
      queues =
          resources.add(
              new CompletionQueues(device.context(), channel, most, ConnectionEnd.REQUESTS),
              CompletionQueues::close);
      Consumer<AsyncEvent> listener = this::onEvent;
      device.shared().listen(listener);
      resources.add(listener, device.shared()::ignore);
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  private void onEvent(AsyncEvent event) {
    if (event.type() == AsyncEventType.DEVICE_FATAL) {
      failure = "the RDMA " + device.description() + " has failed or was removed";
    } else if (event.type() == AsyncEventType.COMPLETION_QUEUE_ERROR
        && event.source() instanceof CompletionQueue failed
        && Arrays.stream(queues.all()).anyMatch(each -> each.queue() == failed)) {
      failure = "a completion queue of the RDMA " + device.description() + " has failed";
    } else {
      return;
    }
    wake();
  }

  CompletionQueues queues() {
    return queues;
  }

  /** A number that no other connection of this port has had. */
  long nextSerial() {
    return serials.incrementAndGet();
  }

  @Override
  public void attach(RemoteMemory connection) {
    RdmaMemory memory = (RdmaMemory) connection;
    if (memory.number() >= connections.length) {
      connections =
          Arrays.copyOf(connections, Math.max(memory.number() + 1, 2 * connections.length));
    }
    connections[memory.number()] = memory;
  }

  /** Forgets a connection, which may be one that was never attached. */
  void detach(RdmaMemory memory) {
    if (find(memory.number()) == memory) {
      connections[memory.number()] = null;
    }
  }

  private @Nullable RdmaMemory find(int number) {
    return number < connections.length ? connections[number] : null;
  }

  @Override
  public boolean poll() {
    boolean any = tookWhileWaiting;
    tookWhileWaiting = false;
    String reason = failure;
    if (reason != null) {
      breakAll(reason);
    }
    for (CompletionQueues.Shared each : queues.all()) {
      int count = each.queue().poll(completions);
      for (int i = 0; i < count; i++) {
        any |= take(i);
      }
    }
    return any;
  }

  private boolean take(int index) {
    long id = completions.id(index);
    RdmaMemory memory = find(RequestId.number(id));
    if (memory == null || !memory.owns(id) || !memory.take(completions, index)) {
      return false;
    }
    list(memory);
    return true;
  }

  private void list(RdmaMemory memory) {
    if (!memory.isListed()) {
      memory.setListed(true);
      listed.add(memory);
    }
  }

  private void breakAll(String reason) {
    for (RdmaMemory each : connections) {
      if (each != null && each.broken() == null) {
        each.breakWith(reason);
        list(each);
      }
    }
  }

  @Override
  public int nextReady() {
    for (RdmaMemory next = listed.poll(); next != null; next = listed.poll()) {
      next.setListed(false);
      if (!next.isClosed()) {
        return next.number();
      }
    }
    return -1;
  }

  @Override
  public void await(long nanoseconds) {
    for (CompletionQueues.Shared each : queues.all()) {
      each.arm();
    }
    // What arrived before was asked for is not announced.
    if (poll()) {
      tookWhileWaiting = true;
      return;
    }
    counters.slept();
    long milliseconds = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanoseconds));
    CompletionQueue announced = channel.awaitEvent(milliseconds);
    if (announced != null) {
      for (CompletionQueues.Shared each : queues.all()) {
        each.announced(announced);
      }
    }
  }

  @Override
  public synchronized void wake() {
    if (!closed) {
      channel.wakeUp();
    }
  }

  @Override
  public FabricCounters counters() {
    return counters;
  }

  @Override
  public LocalBuffer allocate(long bytes) {
    try {
      return RegisteredBuffer.allocate(domain, bytes);
    } catch (VerbsException | OutOfMemoryError e) {
      throw new TransportException(
          "no memory of " + bytes + " bytes for RDMA: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      resources.close();
    }
  }
}
