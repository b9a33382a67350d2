// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * Of which terms the entries were that a member has carried out, one after the other: those too
 * that are no longer in its log. It has one line for each term, and lets the oldest go when they
 * are many. Thread-safe.
 */
final class TermHistory {

  /** Elections since the log was cut are far fewer. */
  static final int MOST_TERMS = 10_000;

  private final NavigableMap<Long, Long> terms = new TreeMap<>();
  private long last;
  private long lastTerm;

  /** The next entry was carried out. If it is not the next one, the history begins with it. */
  synchronized void add(long term, long index) {
    if (index != last + 1) {
      terms.clear();
    }
    if (terms.isEmpty() || term != lastTerm) {
      terms.put(index, term);
    }
    if (terms.size() > MOST_TERMS) {
      terms.pollFirstEntry();
    }
    last = index;
    lastTerm = term;
  }

  /** An entry; null if it is not known of which term it was. */
  synchronized @Nullable TermIndex at(long index) {
    Map.Entry<Long, Long> term = index > last ? null : terms.floorEntry(index);
    return term == null ? null : TermIndex.valueOf(term.getValue(), index);
  }
}
