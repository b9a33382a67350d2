// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * Of which terms the entries were that a member has carried out, one after the other: those too
 * that are no longer in its log. It has one line for each term. Thread-safe.
 */
final class TermHistory {

  private final NavigableMap<Long, Long> terms = new TreeMap<>();
  private long first = 1;
  private long last;

  /** The next entry was carried out. If it is not the next one, the history begins with it. */
  synchronized void add(long term, long index) {
    if (index != last + 1 || terms.isEmpty()) {
      terms.clear();
      first = index;
    }
    if (terms.isEmpty() || terms.lastEntry().getValue() != term) {
      terms.put(index, term);
    }
    last = index;
  }

  /** An entry; null if it is not known of which term it was. */
  synchronized @Nullable TermIndex at(long index) {
    if (index < first || index > last) {
      return null;
    }
    Map.Entry<Long, Long> term = terms.floorEntry(index);
    return term == null ? null : TermIndex.valueOf(term.getValue(), index);
  }
}
