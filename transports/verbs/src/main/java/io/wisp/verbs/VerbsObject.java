// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.CallState;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * An object of the library that has to be closed. Closing one closes first what depends on it;
 * closing it again does nothing; using it afterwards is an {@link IllegalStateException} that names
 * it. All of this may happen in any threads at once.
 */
public abstract class VerbsObject implements AutoCloseable {

  /*
   * "users" counts the calls under way; its sign says that the object is closed. A call adds one
   * before it looks at the sign, and close sets the sign before it looks at the count, both with
   * full fences: so either the call sees the sign and leaves, or close sees the call and waits.
   */
  private static final int CLOSED = Integer.MIN_VALUE;
  private static final int SPINS_BEFORE_PARKING = 1000;
  private static final long PARKED_NANOSECONDS = 50_000;

  private static final VarHandle USERS;

  static {
    try {
      USERS = MethodHandles.lookup().findVarHandle(VerbsObject.class, "users", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long handle;
  private final String name;
  private final List<VerbsObject> owners = new ArrayList<>();
  private final List<VerbsObject> dependants = new ArrayList<>();
  private final Object closing = new Object();
  private volatile int users;
  private boolean destroyed;

  /** A call that makes a native object, whose address it returns; 0 on failure. */
  interface Creation {
    long call(CallState state, Arena arena);
  }

  /**
   * Makes an object while its owners are in use, so that none of them can vanish before it knows of
   * its new dependant.
   *
   * @param refusal what to throw, by error number, if the library refuses
   * @param wrapper makes the object, by the address of the native structure
   */
  static <T extends VerbsObject> T create(
      Creation creation,
      IntFunction<VerbsException> refusal,
      LongFunction<T> wrapper,
      @Nullable VerbsObject... owners) {
    Deque<VerbsObject> acquired = new ArrayDeque<>();
    try (Arena arena = Arena.ofConfined()) {
      for (VerbsObject owner : owners) {
        if (owner != null) {
          long ignored = owner.acquire();
          acquired.push(owner);
        }
      }
      CallState state = new CallState(arena);
      long handle = creation.call(state, arena);
      if (handle == 0) {
        throw refusal.apply(state.errno());
      }
      T made = wrapper.apply(handle);
      made.register();
      return made;
    } finally {
      acquired.forEach(VerbsObject::release);
    }
  }

  /**
   * Of a native object; {@link #create} makes it known to its owners.
   *
   * @param handle the address of the native structure
   * @param name what messages call it
   * @param owners what must not be closed before this; nulls are left out
   */
  VerbsObject(long handle, String name, @Nullable VerbsObject... owners) {
    this.handle = handle;
    this.name = name;
    for (VerbsObject owner : owners) {
      if (owner != null && !this.owners.contains(owner)) {
        this.owners.add(owner);
      }
    }
  }

  /** Makes the owners know this object; the last act of making it. */
  final void register() {
    for (VerbsObject owner : owners) {
      synchronized (owner.dependants) {
        owner.dependants.add(this);
      }
    }
  }

  /** Frees the native object, which nothing uses any more. */
  abstract void destroy();

  /** Ends calls that wait for something to happen. Called repeatedly until they have ended. */
  void wakeWaiters() {}

  /**
   * Begins a call. Each is followed by one {@link #release}.
   *
   * @return the address of the native structure, which stays valid until then
   */
  final long acquire() {
    if ((int) USERS.getAndAdd(this, 1) < 0) {
      release();
      throw closed();
    }
    return handle;
  }

  /** For calls that wait: ends them once closing has begun. */
  final void requireOpen() {
    if (isClosed()) {
      throw closed();
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException(name + " is closed");
  }

  final void release() {
    USERS.getAndAdd(this, -1);
  }

  /** The address of the native structure, for comparing, and for {@link #create}. */
  final long handle() {
    return handle;
  }

  /** Whether {@link #close} has begun. */
  public final boolean isClosed() {
    return users < 0;
  }

  /**
   * Closes what depends on this object and then this object itself. Returns when all of it is
   * closed, also if another thread is doing it.
   *
   * @throws VerbsException if the library refuses to free something; it counts as closed all the
   *     same
   */
  @Override
  public final void close() {
    synchronized (closing) {
      if (destroyed) {
        return;
      }
      destroyed = true;
      USERS.getAndBitwiseOr(this, CLOSED);
      awaitUsers();
      RuntimeException failure = null;
      for (VerbsObject next = newestDependant(); next != null; next = newestDependant()) {
        failure = attempt(next::close, failure);
      }
      failure = attempt(this::destroy, failure);
      for (VerbsObject owner : owners) {
        synchronized (owner.dependants) {
          owner.dependants.remove(this);
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  private void awaitUsers() {
    for (int spins = 0; users != CLOSED; spins++) {
      if (spins < SPINS_BEFORE_PARKING) {
        Thread.onSpinWait();
      } else {
        wakeWaiters();
        LockSupport.parkNanos(PARKED_NANOSECONDS);
      }
    }
  }

  private @Nullable VerbsObject newestDependant() {
    synchronized (dependants) {
      return dependants.isEmpty() ? null : dependants.getLast();
    }
  }

  private static @Nullable RuntimeException attempt(
      Runnable action, @Nullable RuntimeException earlier) {
    try {
      action.run();
      return earlier;
    } catch (RuntimeException e) {
      if (earlier == null) {
        return e;
      }
      earlier.addSuppressed(e);
      return earlier;
    }
  }

  /** What messages call it, and whether it is closed. */
  @Override
  public String toString() {
    return isClosed() ? name + " (closed)" : name;
  }

  final String name() {
    return name;
  }
}
