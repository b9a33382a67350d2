// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_SEND_WR;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.Errno;
import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.Structs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Requests for a send queue outside the heap, filled in once, changed in place and posted any
 * number of times; however many are posted, it is one call.
 *
 * <p>A request is an operation, a piece of memory, a number and flags. Each method sets one of them
 * and leaves the others, so what does not change from post to post need not be set again. A new
 * request is a SEND of nothing with number 0 and no flags, so without a completion. A posted
 * request may be changed at once: the device has its own copy. For one thread at a time; nothing
 * allocates.
 */
public final class SendBatch extends RequestBatch<SendBatch> {

  private static final long OPCODE = offset(IBV_SEND_WR, "opcode");
  private static final long FLAGS = offset(IBV_SEND_WR, "send_flags");
  private static final long IMMEDIATE = offset(IBV_SEND_WR, "imm_data");
  private static final long REMOTE_ADDRESS = offset(IBV_SEND_WR, "wr", "rdma", "remote_addr");
  private static final long REMOTE_KEY = offset(IBV_SEND_WR, "wr", "rdma", "rkey");
  private static final long ATOMIC_ADDRESS = offset(IBV_SEND_WR, "wr", "atomic", "remote_addr");
  private static final long ATOMIC_COMPARE_OR_ADD =
      offset(IBV_SEND_WR, "wr", "atomic", "compare_add");
  private static final long ATOMIC_SWAP = offset(IBV_SEND_WR, "wr", "atomic", "swap");
  private static final long ATOMIC_KEY = offset(IBV_SEND_WR, "wr", "atomic", "rkey");
  private static final long ADDRESS_HANDLE = offset(IBV_SEND_WR, "wr", "ud", "ah");
  private static final long REMOTE_QUEUE_PAIR = offset(IBV_SEND_WR, "wr", "ud", "remote_qpn");
  private static final long REMOTE_QUEUE_KEY = offset(IBV_SEND_WR, "wr", "ud", "remote_qkey");

  private final int maxInline;
  private final MemorySegment inline;

  /** Where each datagram goes; null as long as there is none. */
  private @Nullable AddressHandle @Nullable [] destinations;

  /** Requests with one piece of memory each at most, and no inline data. */
  public SendBatch(int capacity) {
    this(capacity, 1, 0);
  }

  /**
   * Room for requests.
   *
   * @param capacity how many
   * @param maxPieces how many pieces of memory each can name; at least 1
   * @param maxInline how many bytes each can carry in itself; may be 0
   */
  public SendBatch(int capacity, int maxPieces, int maxInline) {
    super(Arena.ofAuto(), IBV_SEND_WR, checked(capacity, maxPieces, maxInline), maxPieces);
    this.maxInline = maxInline;
    inline = Arena.ofAuto().allocate((long) capacity * maxInline, Long.BYTES);
    for (int i = 0; i < capacity; i++) {
      requests.set(ValueLayout.JAVA_INT, at(i) + OPCODE, Ibv.IBV_WR_SEND);
    }
  }

  private static int checked(int capacity, int maxPieces, int maxInline) {
    if (capacity < 1 || maxPieces < 1 || maxInline < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "capacity and maxPieces must be at least 1, maxInline at least 0: %d, %d, %d",
              capacity,
              maxPieces,
              maxInline));
    }
    return capacity;
  }

  /** How many bytes each request can carry in itself. */
  public int maxInline() {
    return maxInline;
  }

  /**
   * Says what is asked of a request beside its operation.
   *
   * @param flags of {@link SendFlags}
   */
  public SendBatch flags(int index, int flags) {
    long at = at(index);
    int inlined = flags(at) & Ibv.IBV_SEND_INLINE;
    requests.set(ValueLayout.JAVA_INT, at + FLAGS, (flags & ~Ibv.IBV_SEND_INLINE) | inlined);
    return this;
  }

  /**
   * Makes a request carry a copy of some bytes in itself, so that the device need not fetch them.
   * They need not be registered, and may change at once. For SEND and WRITE.
   *
   * @param length at most {@link #maxInline}, and at most the queue pair's
   */
  public SendBatch inline(int index, MemorySegment source, long offset, int length) {
    if (length > maxInline) {
      throw new IllegalArgumentException(
          "the requests of this batch can carry " + maxInline + " bytes inline, not " + length);
    }
    long at = at(index);
    long place = (long) index * maxInline;
    MemorySegment.copy(source, offset, inline, place, length);
    local(index, inline.address() + place, length, 0);
    requests.set(ValueLayout.JAVA_INT, at + FLAGS, flags(at) | Ibv.IBV_SEND_INLINE);
    return this;
  }

  /*
   * The library itself reads inline data, and would take the process down at an address that is
   * not mapped. So only our own copy is ever marked as inline; all other addresses are the device's
   * to check.
   */
  @Override
  SendBatch pieces(int index, int count) {
    long at = at(index);
    requests.set(ValueLayout.JAVA_INT, at + FLAGS, flags(at) & ~Ibv.IBV_SEND_INLINE);
    return super.pieces(index, count);
  }

  private int flags(long at) {
    return requests.get(ValueLayout.JAVA_INT, at + FLAGS);
  }

  @Override
  SendBatch self() {
    return this;
  }

  /** Makes a request a SEND. */
  public SendBatch send(int index) {
    requests.set(ValueLayout.JAVA_INT, at(index) + OPCODE, Ibv.IBV_WR_SEND);
    return this;
  }

  /** Makes a request a SEND with immediate data. */
  public SendBatch sendWithImmediate(int index, int immediate) {
    long at = at(index);
    requests.set(ValueLayout.JAVA_INT, at + OPCODE, Ibv.IBV_WR_SEND_WITH_IMM);
    requests.set(Structs.BIG_ENDIAN_INT, at + IMMEDIATE, immediate);
    return this;
  }

  /** Makes a request READ the peer's memory into the local piece. */
  public SendBatch read(int index, long remoteAddress, int rkey) {
    return remote(index, Ibv.IBV_WR_RDMA_READ, remoteAddress, rkey);
  }

  /** Makes a request WRITE the local piece into the peer's memory. */
  public SendBatch write(int index, long remoteAddress, int rkey) {
    return remote(index, Ibv.IBV_WR_RDMA_WRITE, remoteAddress, rkey);
  }

  /**
   * Makes a request WRITE the local piece into the peer's memory, and then complete one of the
   * peer's receives with immediate data.
   */
  public SendBatch writeWithImmediate(int index, long remoteAddress, int rkey, int immediate) {
    requests.set(Structs.BIG_ENDIAN_INT, at(index) + IMMEDIATE, immediate);
    return remote(index, Ibv.IBV_WR_RDMA_WRITE_WITH_IMM, remoteAddress, rkey);
  }

  private SendBatch remote(int index, int opcode, long remoteAddress, int rkey) {
    long at = at(index);
    forgetDestination(index);
    requests.set(ValueLayout.JAVA_INT, at + OPCODE, opcode);
    requests.set(ValueLayout.JAVA_LONG, at + REMOTE_ADDRESS, remoteAddress);
    requests.set(ValueLayout.JAVA_INT, at + REMOTE_KEY, rkey);
    return this;
  }

  /**
   * Makes a request replace 8 bytes of the peer's memory if they have a value. The local piece, of
   * 8 bytes, gets the value that they had; so the exchange happened if that is {@code expected}.
   * Values are in the byte order of the two machines, which must be the same.
   *
   * @param remoteAddress a multiple of 8
   */
  public SendBatch compareAndSwap(
      int index, long remoteAddress, int rkey, long expected, long replacement) {
    return atomic(index, Ibv.IBV_WR_ATOMIC_CMP_AND_SWP, remoteAddress, rkey, expected, replacement);
  }

  /**
   * Makes a request add to 8 bytes of the peer's memory. The local piece, of 8 bytes, gets the
   * value that they had.
   *
   * @param remoteAddress a multiple of 8
   */
  public SendBatch fetchAndAdd(int index, long remoteAddress, int rkey, long addend) {
    return atomic(index, Ibv.IBV_WR_ATOMIC_FETCH_AND_ADD, remoteAddress, rkey, addend, 0);
  }

  private SendBatch atomic(
      int index, int opcode, long remoteAddress, int rkey, long compareOrAdd, long swap) {
    long at = at(index);
    forgetDestination(index);
    requests.set(ValueLayout.JAVA_INT, at + OPCODE, opcode);
    requests.set(ValueLayout.JAVA_LONG, at + ATOMIC_ADDRESS, remoteAddress);
    requests.set(ValueLayout.JAVA_LONG, at + ATOMIC_COMPARE_OR_ADD, compareOrAdd);
    requests.set(ValueLayout.JAVA_LONG, at + ATOMIC_SWAP, swap);
    requests.set(ValueLayout.JAVA_INT, at + ATOMIC_KEY, rkey);
    return this;
  }

  /**
   * Says where a datagram goes; for a SEND of an unreliable datagram queue pair, which cannot do
   * without.
   *
   * @param queuePair the number of the queue pair there
   * @param queueKey that queue pair's key
   */
  public SendBatch to(int index, AddressHandle destination, int queuePair, int queueKey) {
    long at = at(index);
    @Nullable AddressHandle[] all = destinations;
    if (all == null) {
      all = new AddressHandle[capacity];
      destinations = all;
    }
    all[index] = destination;
    requests.set(ValueLayout.JAVA_LONG, at + ADDRESS_HANDLE, destination.handle());
    requests.set(ValueLayout.JAVA_INT, at + REMOTE_QUEUE_PAIR, queuePair);
    requests.set(ValueLayout.JAVA_INT, at + REMOTE_QUEUE_KEY, queueKey);
    return this;
  }

  /** A remote address takes the place of the address handle in the structure. */
  private void forgetDestination(int index) {
    if (destinations != null) {
      destinations[index] = null;
    }
  }

  /**
   * Keeps the address handles of some requests from being freed. The library reads them when it
   * posts a datagram, so none may be missing.
   *
   * @throws IllegalArgumentException if one is missing; then none is kept
   * @throws IllegalStateException if one is closed; then none is kept
   */
  void acquireDestinations(ProtectionDomain domain, int first, int count) {
    int acquired = 0;
    try {
      while (acquired < count) {
        destination(domain, first + acquired).acquire();
        acquired++;
      }
    } finally {
      if (acquired < count) {
        releaseDestinations(first, acquired);
      }
    }
  }

  private AddressHandle destination(ProtectionDomain domain, int index) {
    AddressHandle destination = destinations == null ? null : destinations[index];
    if (destination == null) {
      throw new IllegalArgumentException(
          "request "
              + index
              + " of the batch has no address handle, which every request of a UD queue pair needs;"
              + " and it must be a SEND");
    }
    if (destination.domain() != domain) {
      throw new IllegalArgumentException(
          "the address handle of request "
              + index
              + " belongs to another protection domain than the queue pair");
    }
    return destination;
  }

  void releaseDestinations(int first, int count) {
    @Nullable AddressHandle[] all = destinations;
    for (int i = first; i < first + count; i++) {
      AddressHandle destination = all == null ? null : all[i];
      if (destination != null) {
        destination.release();
      }
    }
  }

  VerbsException failure(QueuePair pair, int first, int count, int errno) {
    return failure(
        "ibv_post_send",
        pair.name(),
        first,
        count,
        errno,
        errno == Errno.ENOMEM.number()
            ? "the send queue is full: it was made for "
                + pair.maxSends()
                + " requests, each until a completion of it or of a later one was taken"
            : "the queue pair is not ready to send, or the request has more pieces or inline bytes"
                + " than were asked for when it was made, or an operation that its type cannot do");
  }
}
