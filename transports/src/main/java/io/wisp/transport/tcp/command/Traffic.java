// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.ErrorCounters;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the connections of one thread brought, took away, found and called. That thread counts, and
 * any thread reads, without a lock or a barrier.
 */
public final class Traffic {

  private final AtomicLong received = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();
  private final CommandCounters commands;
  private final ErrorCounters errors = new ErrorCounters();

  /** Of so many commands, subcommands included. */
  public Traffic(int commands) {
    this.commands = new CommandCounters(commands);
  }

  /** Counts bytes that arrived. */
  public void countReceived(int bytes) {
    add(received, bytes);
  }

  /** Counts bytes that a socket took. */
  public void countSent(int bytes) {
    add(sent, bytes);
  }

  /** Counts a key that was looked for on behalf of a reader. */
  void countRead(boolean found) {
    add(found ? hits : misses, 1);
  }

  /** Counts keys that were looked for. */
  void countReads(int found, int notFound) {
    add(hits, found);
    add(misses, notFound);
  }

  private static void add(AtomicLong counter, int more) {
    counter.setOpaque(counter.getPlain() + more);
  }

  /** The calls of commands. */
  public CommandCounters commands() {
    return commands;
  }

  /** The errors that were replied. */
  public ErrorCounters errors() {
    return errors;
  }

  /** Bytes that arrived. */
  public long received() {
    return received.getOpaque();
  }

  /** Bytes that the sockets took. */
  public long sent() {
    return sent.getOpaque();
  }

  /** Reads that found their key. */
  public long hits() {
    return hits.getOpaque();
  }

  /** Reads that did not find their key. */
  public long misses() {
    return misses.getOpaque();
  }
}
