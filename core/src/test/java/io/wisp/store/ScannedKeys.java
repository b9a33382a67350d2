// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.util.ArrayList;
import java.util.List;

/** The keys that a whole scan gives. */
public final class ScannedKeys {

  private ScannedKeys() {}

  /** Scans a store from the beginning to the end, wanting so many keys of each step. */
  public static List<String> of(Store store, int atLeast) {
    List<String> keys = new ArrayList<>();
    long cursor = 0;
    do {
      cursor =
          store.scan(
              cursor,
              atLeast,
              (segment, offset, length) ->
                  keys.add(new Slice().set(segment, offset, length).toString()));
    } while (cursor != 0);
    return keys;
  }
}
