// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

/**
 * What one thread has had its {@link Port} and the connections there do. Only that thread counts;
 * another that reads the counts may see them late.
 */
public final class FabricCounters {

  private long workRequests;
  private long posts;
  private long completions;
  private long sleeps;
  private long wakes;

  /** Adds what another thread has done. */
  public void add(FabricCounters other) {
    workRequests += other.workRequests;
    posts += other.posts;
    completions += other.completions;
    sleeps += other.sleeps;
    wakes += other.wakes;
  }

  /** All of it as lines of {@code name:value}, with a prefix before each name. */
  public String report(String prefix) {
    return line(prefix, "work_requests", workRequests)
        + line(prefix, "posts", posts)
        + line(prefix, "completions", completions)
        + line(prefix, "sleeps", sleeps)
        + line(prefix, "wakes", wakes);
  }

  private static String line(String prefix, String name, long count) {
    return prefix + name + ":" + count + "\n";
  }

  /** So many writes and reads were handed over at once: with one doorbell. */
  public void posted(int count) {
    workRequests += count;
    posts++;
  }

  /** The fabric has said that a write or read, and with it those before it, is done. */
  public void completed() {
    completions++;
  }

  /** The thread went to sleep, which is a system call. */
  public void slept() {
    sleeps++;
  }

  /** The thread woke another one, which is a system call. */
  public void woke() {
    wakes++;
  }

  /** Writes into the other sides' rings, notifications, credit and reads of their memory. */
  public long workRequests() {
    return workRequests;
  }

  /** How often some of them were handed over together. */
  public long posts() {
    return posts;
  }

  /** Completions of own requests that the thread had to take in; shared memory has none. */
  public long completions() {
    return completions;
  }

  /** System calls to sleep in. */
  public long sleeps() {
    return sleeps;
  }

  /** System calls to wake somebody; with RDMA the device does that. */
  public long wakes() {
    return wakes;
  }
}
