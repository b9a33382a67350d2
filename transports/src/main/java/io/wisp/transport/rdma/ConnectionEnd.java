// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.verbs.AccessFlag;
import io.wisp.verbs.ConnectionOptions;
import io.wisp.verbs.DeviceAttributes;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.MemoryRegion;
import io.wisp.verbs.ProtectionDomain;
import io.wisp.verbs.QueuePair;
import io.wisp.verbs.QueuePairAddress;
import io.wisp.verbs.QueuePairOptions;
import io.wisp.verbs.QueuePairType;
import io.wisp.verbs.VerbsException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What one side of a connection is made of: two queue pairs, the mailbox that the other side
 * writes, and the copy of the other's mailbox that is written from. The package documentation says
 * why two.
 */
final class ConnectionEnd implements AutoCloseable {

  /** Receive requests for notifications that are posted at a time. */
  static final int RECEIVES = 64;

  /** How many requests a connection can have posted at once, all of which complete in the end. */
  static final int REQUESTS = RECEIVES + RingSender.DEPTH + ReadQueue.DEPTH;

  /** READs that one side has under way at once, if both devices can. */
  static final int MAX_READ_DEPTH = 16;

  private static final int PAGE = 4096;

  /** How often a side that does not answer is sent to again: Soft-RoCE takes 7 for without end. */
  private static final int RETRIES = 6;

  /** Bytes that a request carries in itself: the first of these that the device takes. */
  private static final int[] INLINE_LENGTHS = {220, 124, 60, 28, 0};

  private final RdmaDevice device;
  private final LocalPort port;
  private final ConnectionOptions manner;
  private final Resources resources = new Resources();
  private final MemorySegment mailbox;
  private final MemorySegment copy;
  private final MemoryRegion mailboxRegion;
  private final MemoryRegion copyRegion;
  private final QueuePair ringPair;
  private final QueuePair readPair;
  private final QueuePairAddress ringAddress;
  private final QueuePairAddress readAddress;

  /**
   * Sets up one side, not connected.
   *
   * @param port that it goes through
   * @param shared the domain for READs
   * @param ackTimeout how long this side waits for acknowledgements
   * @throws VerbsException if the device or the system does not give what is needed
   */
  ConnectionEnd(
      RdmaDevice device,
      LocalPort port,
      ProtectionDomain shared,
      CompletionQueues queues,
      int ringBytes,
      AckTimeout ackTimeout) {
    this.device = device;
    this.port = port;
    manner = ConnectionOptions.DEFAULT.withRetries(ackTimeout.code(), RETRIES);
    try {
      CompletionQueues.Shared completions = resources.add(queues.reserve(), queues::giveBack);
      Arena arena = resources.add(Arena.ofShared(), Arena::close);
      mailbox = arena.allocate(Mailbox.length(ringBytes), PAGE);
      copy = arena.allocate(Mailbox.length(ringBytes), PAGE);
      // Closing the domain closes what is in it.
      ProtectionDomain own =
          resources.add(device.context().createProtectionDomain(), ProtectionDomain::close);
      mailboxRegion = own.register(mailbox, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_WRITE);
      copyRegion = own.register(copy);
      ringPair = createRingPair(own, completions);
      readPair =
          resources.add(
              shared.createQueuePair(
                  new QueuePairOptions(QueuePairType.RC, completions.queue())
                      .maxSends(ReadQueue.DEPTH)
                      .maxReceives(1)),
              QueuePair::close);
      ringPair.init(port, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_WRITE);
      readPair.init(port, AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_READ);
      ringAddress = ringPair.address(port);
      readAddress = readPair.address(port);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static QueuePair createRingPair(
      ProtectionDomain domain, CompletionQueues.Shared completions) {
    for (int i = 0; ; i++) {
      try {
        return domain.createQueuePair(
            new QueuePairOptions(QueuePairType.RC, completions.queue())
                .maxSends(RingSender.DEPTH)
                .maxReceives(RECEIVES)
                .maxInline(INLINE_LENGTHS[i]));
      } catch (VerbsException e) {
        if (INLINE_LENGTHS[i] == 0) {
          throw e;
        }
      }
    }
  }

  /** What the other side must know. */
  EndAddress address() {
    DeviceAttributes limits = device.context().attributes();
    return new EndAddress(
        ringAddress,
        readAddress,
        mailbox.address(),
        mailboxRegion.rkey(),
        Math.min(MAX_READ_DEPTH, limits.maxReadsAsInitiator()),
        Math.min(MAX_READ_DEPTH, limits.maxReadsAsTarget()));
  }

  /**
   * Connects to the other side. Receive requests are posted before.
   *
   * @throws VerbsException if the other side cannot be reached like this
   * @throws IllegalArgumentException if its address is of another kind than ours
   */
  void connect(EndAddress other) {
    ringPair.connect(
        port,
        ringAddress,
        other.ringPair(),
        // No READs, but some devices do not like the number 0.
        manner.withReads(1, 1));
    readPair.connect(
        port,
        readAddress,
        other.readPair(),
        manner.withReads(readDepth(other), address().readsAsTarget()));
  }

  /** What has become of this side's port and address since, for people; or null. */
  @Nullable String change() {
    return device.change(port);
  }

  /** How many READs of ours can be under way at once. */
  int readDepth(EndAddress other) {
    return Math.max(1, Math.min(address().readsAsInitiator(), other.readsAsTarget()));
  }

  QueuePair ringPair() {
    return ringPair;
  }

  QueuePair readPair() {
    return readPair;
  }

  /** What the other side writes. */
  MemorySegment mailbox() {
    return mailbox;
  }

  /** The copy of the other side's mailbox that is written from. */
  MemorySegment copy() {
    return copy;
  }

  int copyKey() {
    return copyRegion.lkey();
  }

  /** Ends both queue pairs, after which the device touches no memory for them, and frees all. */
  @Override
  public void close() {
    resources.close();
  }
}
