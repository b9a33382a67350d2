// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import org.jspecify.annotations.Nullable;

/**
 * An object of the library that threads can wait at for events. Several threads take turns.
 *
 * @param <E> what is waited for
 */
public abstract class EventSource<E> extends VerbsObject {

  /** Its file descriptor, and what ends a wait there. */
  final EventDescriptor events;

  EventSource(long handle, String name, int descriptor, @Nullable VerbsObject... owners) {
    super(handle, name, owners);
    events = new EventDescriptor(descriptor);
  }

  /**
   * Takes an event that is there already. Called by the thread whose turn it is.
   *
   * @param handle the address of this object's native structure
   * @return null if there is none
   */
  abstract @Nullable E takeEvent(long handle);

  /**
   * Waits for an event. Blocks in a system call, which interrupts do not end; {@link #wakeUp} does.
   *
   * @param timeoutMilliseconds how long at most; 0 does not wait; negative waits forever
   * @return the event, or null if none came in time or {@link #wakeUp} was called
   * @throws IllegalStateException if this object is closed, also while waiting
   */
  public @Nullable E awaitEvent(long timeoutMilliseconds) {
    long handle = acquire();
    try {
      return awaitEvent(handle, timeoutMilliseconds);
    } finally {
      release();
    }
  }

  private @Nullable E awaitEvent(long handle, long timeoutMilliseconds) {
    long deadline = PolledDescriptors.deadline(timeoutMilliseconds);
    events.lock();
    try {
      while (true) {
        requireOpen();
        E event = takeEvent(handle);
        if (event != null
            || events.await(timeoutMilliseconds, deadline) != EventDescriptor.Outcome.READY) {
          requireOpen();
          return event;
        }
      }
    } finally {
      events.unlock();
    }
  }

  /** Ends a wait of another thread, or the next one if there is none now. */
  public void wakeUp() {
    long ignored = acquire();
    try {
      events.wake();
    } finally {
      release();
    }
  }

  @Override
  final void wakeWaiters() {
    events.wake();
  }
}
