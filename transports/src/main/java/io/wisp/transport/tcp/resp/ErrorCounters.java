// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many errors one thread has replied, by their codes. That thread counts, and any thread reads.
 */
public final class ErrorCounters {

  private final AtomicLong all = new AtomicLong();
  private final Map<String, AtomicLong> byCode = new ConcurrentHashMap<>();

  /** Counts an error by its first word. */
  void count(String error) {
    int end = error.indexOf(' ');
    String code = end < 0 ? error : error.substring(0, end);
    add(byCode.computeIfAbsent(code, first -> new AtomicLong()));
    add(all);
  }

  private static void add(AtomicLong counter) {
    counter.setOpaque(counter.getPlain() + 1);
  }

  /** All of them. */
  public long all() {
    return all.getOpaque();
  }

  /** A copy of how many there were of each code that there was. */
  public Map<String, Long> byCode() {
    Map<String, Long> copy = new TreeMap<>();
    byCode.forEach((code, count) -> copy.put(code, count.getOpaque()));
    return copy;
  }
}
