// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

/**
 * A key as the request that is about it knows it: by its hash, and by the place where the address
 * of its record is remembered. {@link RemoteTable#find} points it at a key, with one hash and one
 * look into what is remembered. What the table is asked about the key after that costs neither.
 *
 * <p>The place is a guess: another key may have taken it meanwhile, which the table finds out when
 * it is asked. A handle is used again for one request after the other, and belongs to the thread of
 * its table.
 */
public final class KeyHandle {

  /** The place of a key of which no address is remembered. */
  static final int NOWHERE = -1;

  long hash;
  int place = NOWHERE;
  private boolean present;

  /** A handle of no key. */
  public KeyHandle() {}

  /** Points this at a key with a hash, of which nothing else is known. */
  void set(long hash) {
    this.hash = hash;
    place = NOWHERE;
    present = true;
  }

  /** Points this at the key of another, or at none as that. */
  public void set(KeyHandle other) {
    hash = other.hash;
    place = other.place;
    present = other.present;
  }

  /** Points this at no key. */
  public void clear() {
    present = false;
  }

  /** Whether this is the handle of a key. */
  public boolean isPresent() {
    return present;
  }
}
