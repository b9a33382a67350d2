// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.util.function.Consumer;

/** A {@link HeapStore} in which somebody else writes once, at the worst moment of a get. */
public final class RacedStore extends ForwardingStore {

  /** When somebody else writes. */
  public enum Moment {
    /** When the value was copied, and before the get answers, for what is there after that. */
    WHILE_COPYING,
    /** When the get is over, and before what was read is used. */
    AFTER_READING
  }

  private final HeapStore store;
  private final Moment moment;
  private final Consumer<Store> other;
  private boolean over;

  /** A store in which another writes at a moment of the first get that finds something. */
  public RacedStore(HeapStore store, Moment moment, Consumer<Store> other) {
    this.store = store;
    this.moment = moment;
    this.other = other;
  }

  /** Whether the other has written. */
  public boolean isOver() {
    return over;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    Status status = store.get(key, sink);
    if (over || status != Status.FOUND) {
      return status;
    }
    over = true;
    other.accept(store);
    // Begins again, with the bytes of before in the sink.
    return moment == Moment.WHILE_COPYING ? store.get(key, sink) : status;
  }

  @Override
  protected Store store() {
    return store;
  }
}
