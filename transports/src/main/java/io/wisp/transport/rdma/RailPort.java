// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import io.wisp.transport.ring.BufferSource;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.verbs.AsyncEvent;
import io.wisp.verbs.AsyncEventType;
import io.wisp.verbs.CompletionChannel;
import io.wisp.verbs.CompletionQueue;
import io.wisp.verbs.VerbsException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a port has of a rail: the completion queues of the connections that go through it, and the
 * memory for their READs. It belongs to the port's thread, but where it says otherwise.
 */
final class RailPort implements BufferSource, AutoCloseable {

  private final RdmaPort port;
  private final Rail rail;
  private final Resources resources = new Resources();
  private final CompletionChannel channel;
  private final CompletionQueues queues;

  /** Why the rail is of no use here any longer. */
  private volatile @Nullable String failure;

  private boolean waitedFor = true;

  /**
   * @param most how many connections there will ever be
   * @throws VerbsException if the device does not give what is needed
   */
  RailPort(RdmaPort port, Rail rail, int most) {
    this.port = port;
    this.rail = rail;
    rail.hold();
    resources.add(rail, Rail::release);
    RdmaDevice device = rail.device();
    try {
      channel = resources.add(device.context().createCompletionChannel(), CompletionChannel::close);
      queues =
          resources.add(
              new CompletionQueues(device.context(), channel, most, ConnectionEnd.REQUESTS),
              CompletionQueues::close);
      Consumer<AsyncEvent> listener = this::onEvent;
      device.shared().listen(listener);
      resources.add(listener, device.shared()::ignore);
      if (device.isGone()) {
        fail(gone());
      }
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  private void onEvent(AsyncEvent event) {
    if (event.type() == AsyncEventType.DEVICE_FATAL) {
      fail(gone());
    } else if (event.type() == AsyncEventType.COMPLETION_QUEUE_ERROR
        && event.source() instanceof CompletionQueue failed
        && Arrays.stream(queues.all()).anyMatch(each -> each.queue() == failed)) {
      fail("a completion queue of the RDMA " + rail.device().description() + " has failed");
    }
  }

  private String gone() {
    return "the RDMA " + rail.device().description() + " has failed or was removed";
  }

  /** Has the port end the connections that go through here. Any thread. */
  void fail(String reason) {
    failure = reason;
    port.wake();
  }

  /** Why the rail is of no use here any longer, or null. Any thread. */
  @Nullable String failure() {
    return failure;
  }

  /** Whether the port's thread waits for it; false from the first call on. */
  boolean stopWaiting() {
    boolean before = waitedFor;
    waitedFor = false;
    return before;
  }

  RdmaPort port() {
    return port;
  }

  Rail rail() {
    return rail;
  }

  CompletionChannel channel() {
    return channel;
  }

  /** The queues, which any thread may reserve room in. */
  CompletionQueues queues() {
    return queues;
  }

  /** Asks that what arrives from now on be announced. */
  void arm() {
    for (CompletionQueues.Shared each : queues.all()) {
      each.arm();
    }
  }

  /** Takes an announcement, if there is one. */
  void takeAnnouncement() {
    CompletionQueue announced = channel.awaitEvent(0);
    if (announced != null) {
      for (CompletionQueues.Shared each : queues.all()) {
        each.announced(announced);
      }
    }
  }

  @Override
  public LocalBuffer allocate(long bytes) {
    try {
      return RegisteredBuffer.allocate(rail.domain(), bytes);
    } catch (VerbsException | OutOfMemoryError e) {
      throw new TransportException(
          "no memory of " + bytes + " bytes for RDMA: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean isGivenUp() {
    return failure != null;
  }

  @Override
  public void close() {
    resources.close();
  }
}
