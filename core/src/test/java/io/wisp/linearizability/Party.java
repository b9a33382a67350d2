// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import io.wisp.linearizability.Call.Kind;
import java.util.Set;

/** One who calls: a client of some transport, or a thread at the store itself. */
public interface Party {

  /** What failing histories call it. */
  String name();

  /** What it can ask for. */
  Set<Kind> kinds();

  /**
   * Whether the store's own clock says what has expired. A client that reads the table by itself
   * has only an idea of that clock, so that a key may expire a moment sooner for it than for
   * others.
   */
  default boolean readsTheStoresClock() {
    return true;
  }

  /**
   * Makes a call. What it throws means that nobody knows what became of the call.
   *
   * @param argument the value to store or to append; of EXPIRE the milliseconds to live
   * @param millis for how long a put value lives, or 0 if it does not expire
   * @return the reply as {@link KeyModel} writes it
   */
  String call(Kind kind, String key, String argument, long millis);
}
