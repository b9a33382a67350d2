// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.Log;
import io.wisp.verbs.AsyncEvent;
import io.wisp.verbs.AsyncEventType;
import io.wisp.verbs.Context;
import io.wisp.verbs.Verbs;
import io.wisp.verbs.VerbsException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * An opened device, which all servers and clients of this process share: each opening would cost
 * the device's driver memory and interrupts of its own. It is closed when the last has given it up.
 *
 * <p>A thread that otherwise sleeps takes in what happens to the device apart from completions, and
 * hands it on.
 */
final class SharedContext implements AutoCloseable {

  private static final Log LOG = Log.of(SharedContext.class);

  private static final Map<String, SharedContext> OPENED = new HashMap<>();

  private final String name;
  private final Context context;
  private final List<Consumer<AsyncEvent>> listeners = new CopyOnWriteArrayList<>();
  private int users;
  private volatile boolean gone;

  private SharedContext(String name) {
    this.name = name;
    context = Verbs.open(name);
  }

  /**
   * Opens a device. Each one opened is to be closed.
   *
   * @throws VerbsException if it is not there, or may not be opened
   */
  static SharedContext open(String name) {
    synchronized (OPENED) {
      SharedContext shared = OPENED.get(name);
      if (shared == null) {
        shared = new SharedContext(name);
        Thread.ofPlatform().name("wisp-rdma-events-" + name).daemon().start(shared::takeEvents);
        OPENED.put(name, shared);
      }
      shared.users++;
      return shared;
    }
  }

  Context context() {
    return context;
  }

  /** Whether the device has failed or was removed; one of its name that comes back is another. */
  boolean isGone() {
    return gone;
  }

  /** Has a listener told, in another thread, what happens to the device. */
  void listen(Consumer<AsyncEvent> listener) {
    listeners.add(listener);
  }

  void ignore(Consumer<AsyncEvent> listener) {
    listeners.remove(listener);
  }

  private void takeEvents() {
    try {
      while (!context.isClosed()) {
        AsyncEvent event = context.awaitEvent(Context.FOREVER);
        if (event != null) {
          happened(event);
        }
      }
    } catch (IllegalStateException e) {
      // The device was closed.
    } catch (VerbsException e) {
      LOG.log(Level.WARNING, "what happens to " + name + " is not known any more", e);
    }
  }

  /** Tells all who listen. */
  void happened(AsyncEvent event) {
    LOG.log(level(event.type()), "{0}: {1}", name, text(event));
    if (event.type() == AsyncEventType.DEVICE_FATAL) {
      gone = true;
      synchronized (OPENED) {
        OPENED.remove(name, this);
      }
    }
    listeners.forEach(listener -> listener.accept(event));
  }

  /** Whether clients can reach a server at all is for people, the rest for who looks for it. */
  private static Level level(AsyncEventType type) {
    return switch (type) {
      case PORT_ERROR, DEVICE_FATAL -> Level.WARNING;
      case PORT_ACTIVE -> Level.INFO;
      default -> Level.DEBUG;
    };
  }

  private static String text(AsyncEvent event) {
    return switch (event.type()) {
      case PORT_ERROR -> "port " + event.port() + " is down";
      case PORT_ACTIVE -> "port " + event.port() + " is up";
      default -> event.toString();
    };
  }

  @Override
  public void close() {
    synchronized (OPENED) {
      users--;
      if (users == 0) {
        OPENED.remove(name, this);
        context.close();
      }
    }
  }
}
