// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_WC;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.Ibv;
import io.wisp.verbs.raw.Structs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Objects;

/**
 * Completions as {@link CompletionQueue#poll} leaves them: an array of {@code struct ibv_wc}
 * outside the heap, used again for each poll. Of a completion that failed only {@link #status},
 * {@link #id}, {@link #queuePairNumber} and {@link #vendorError} have a meaning. For one thread at
 * a time; nothing allocates but {@link #describe}.
 */
public final class WorkCompletions {

  private static final long BYTES = IBV_WC.byteSize();
  private static final long ID = offset(IBV_WC, "wr_id");
  private static final long STATUS = offset(IBV_WC, "status");
  private static final long OPCODE = offset(IBV_WC, "opcode");
  private static final long VENDOR_ERROR = offset(IBV_WC, "vendor_err");
  private static final long BYTE_LENGTH = offset(IBV_WC, "byte_len");
  private static final long IMMEDIATE = offset(IBV_WC, "imm_data");
  private static final long QUEUE_PAIR = offset(IBV_WC, "qp_num");
  private static final long SOURCE_QUEUE_PAIR = offset(IBV_WC, "src_qp");
  private static final long FLAGS = offset(IBV_WC, "wc_flags");
  private static final long PARTITION_KEY_INDEX = offset(IBV_WC, "pkey_index");
  private static final long SOURCE_LID = offset(IBV_WC, "slid");
  private static final long SERVICE_LEVEL = offset(IBV_WC, "sl");
  private static final long PATH_BITS = offset(IBV_WC, "dlid_path_bits");

  private final MemorySegment memory;
  private final int capacity;
  private int count;

  /**
   * Room for completions.
   *
   * @param capacity how many a poll takes at most
   */
  public WorkCompletions(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
    }
    this.capacity = capacity;
    memory = Arena.ofAuto().allocate(IBV_WC, capacity);
  }

  /** How many a poll takes at most. */
  public int capacity() {
    return capacity;
  }

  /** How many the last poll took. */
  public int count() {
    return count;
  }

  /** The number that the request was given. */
  public long id(int index) {
    return memory.get(ValueLayout.JAVA_LONG, at(index) + ID);
  }

  /** Whether the request succeeded. */
  public boolean isSuccess(int index) {
    return statusCode(index) == Ibv.IBV_WC_SUCCESS;
  }

  /** How the request ended. */
  public CompletionStatus status(int index) {
    return CompletionStatus.of(statusCode(index));
  }

  private int statusCode(int index) {
    return memory.get(ValueLayout.JAVA_INT, at(index) + STATUS);
  }

  /** What was completed. */
  public Opcode opcode(int index) {
    return Opcode.of(memory.get(ValueLayout.JAVA_INT, at(index) + OPCODE));
  }

  /** Whether it completes a receive request rather than one of the send queue. */
  public boolean isReceive(int index) {
    return (memory.get(ValueLayout.JAVA_INT, at(index) + OPCODE) & Ibv.IBV_WC_RECV) != 0;
  }

  /** What the device says of a failure, in its maker's numbers. */
  public int vendorError(int index) {
    return memory.get(ValueLayout.JAVA_INT, at(index) + VENDOR_ERROR);
  }

  /**
   * How many bytes were received, or read; for datagrams with the {@link GlobalRoutingHeader}
   * before them. Has no meaning for other requests of the send queue.
   */
  public int byteLength(int index) {
    return memory.get(ValueLayout.JAVA_INT, at(index) + BYTE_LENGTH);
  }

  /** Whether the message that was received had immediate data. */
  public boolean hasImmediate(int index) {
    return (flags(index) & Ibv.IBV_WC_WITH_IMM) != 0;
  }

  /** The immediate data, as the sender gave it. */
  public int immediate(int index) {
    return memory.get(Structs.BIG_ENDIAN_INT, at(index) + IMMEDIATE);
  }

  /** The number of our queue pair. */
  public int queuePairNumber(int index) {
    return memory.get(ValueLayout.JAVA_INT, at(index) + QUEUE_PAIR);
  }

  /** The number of the sender's queue pair; for datagrams. */
  public int sourceQueuePair(int index) {
    return memory.get(ValueLayout.JAVA_INT, at(index) + SOURCE_QUEUE_PAIR);
  }

  /**
   * Whether the {@link GlobalRoutingHeader} before a datagram is valid. Its 40 bytes are there in
   * any case.
   */
  public boolean hasGlobalRoutingHeader(int index) {
    return (flags(index) & Ibv.IBV_WC_GRH) != 0;
  }

  private int flags(int index) {
    return memory.get(ValueLayout.JAVA_INT, at(index) + FLAGS);
  }

  /** Which partition key the datagram came with. */
  public int partitionKeyIndex(int index) {
    return Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT, at(index) + PARTITION_KEY_INDEX));
  }

  /** The LID of the sender of a datagram, on InfiniBand. */
  public int sourceLid(int index) {
    return Short.toUnsignedInt(memory.get(ValueLayout.JAVA_SHORT, at(index) + SOURCE_LID));
  }

  /** The service level that a datagram came with, on InfiniBand. */
  public int serviceLevel(int index) {
    return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, at(index) + SERVICE_LEVEL));
  }

  /** The path bits of the LID that a datagram was sent to, on InfiniBand. */
  public int pathBits(int index) {
    return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, at(index) + PATH_BITS));
  }

  /** A sentence about a completion, for messages. */
  public String describe(int index) {
    CompletionStatus status = status(index);
    return String.format(
        Locale.ROOT,
        "request %d of queue pair %d: %s%s",
        id(index),
        queuePairNumber(index),
        status == CompletionStatus.SUCCESS
            ? opcode(index) + " completed"
            : status + ": " + status.text(),
        status == CompletionStatus.SUCCESS || vendorError(index) == 0
            ? ""
            : String.format(Locale.ROOT, " (vendor error 0x%x)", vendorError(index)));
  }

  /** The address of the structures, once it is sure that so many fit. */
  long address(int most) {
    Objects.checkFromIndexSize(0, most, capacity);
    return memory.address();
  }

  /** The address of one structure. */
  long addressOf(int index) {
    return memory.address() + at(index);
  }

  void count(int count) {
    this.count = count;
  }

  /** For tests: the structures themselves. */
  MemorySegment memory() {
    return memory;
  }

  private long at(int index) {
    return Objects.checkIndex(index, count) * BYTES;
  }
}
