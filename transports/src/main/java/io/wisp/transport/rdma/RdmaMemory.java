// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.ring.BufferSource;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.verbs.CompletionStatus;
import io.wisp.verbs.ReceiveBatch;
import io.wisp.verbs.VerbsException;
import io.wisp.verbs.WorkCompletions;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A connection by queue pairs. */
final class RdmaMemory implements RemoteMemory {

  private static final int RECEIVES_PER_POST = 16;

  private final int number;
  private final long id;
  private final RailPort rail;
  private final FabricCounters counters;
  private final ConnectionEnd end;
  private final MemorySegment incoming;
  private final MemorySegment outgoing;
  private final RingSender sender;
  private final ReadQueue reads;
  private final int readDepth;
  private final ReceiveBatch receives = new ReceiveBatch(RECEIVES_PER_POST, 0);
  private int receivesTaken;
  private long arrived;
  private @Nullable String broken;
  private boolean closed;

  /** Whether the port has it among those that something was taken in for. */
  private boolean listed;

  /**
   * Connects an end, which this owns from now on, also if that fails.
   *
   * @throws VerbsException if the other side cannot be reached like this
   */
  RdmaMemory(int number, RailPort rail, ConnectionEnd end, EndAddress other) {
    this.number = number;
    this.rail = rail;
    this.end = end;
    RdmaPort port = rail.port();
    long serial = port.nextSerial();
    id = RequestId.withoutKind(RequestId.of(serial, number, 0));
    incoming = Mailbox.ring(end.mailbox());
    outgoing = Mailbox.ring(end.copy());
    readDepth = end.readDepth(other);
    counters = port.counters();
    sender = new RingSender(end, other, RequestId.of(serial, number, RequestId.WRITE), counters);
    reads = new ReadQueue(end.readPair(), RequestId.of(serial, number, RequestId.READ), counters);
    try {
      for (int i = 0; i < RECEIVES_PER_POST; i++) {
        receives.id(i, RequestId.of(serial, number, RequestId.NOTIFICATION));
      }
      for (int i = 0; i < ConnectionEnd.RECEIVES; i += RECEIVES_PER_POST) {
        end.ringPair().post(receives, RECEIVES_PER_POST);
      }
      end.connect(other);
    } catch (RuntimeException | Error e) {
      end.close();
      throw e;
    }
  }

  int number() {
    return number;
  }

  ConnectionEnd end() {
    return end;
  }

  /** What it goes through. */
  RailPort rail() {
    return rail;
  }

  /** Whether a completion is one of this connection. */
  boolean owns(long requestId) {
    return RequestId.withoutKind(requestId) == id;
  }

  boolean isListed() {
    return listed;
  }

  void setListed(boolean listed) {
    this.listed = listed;
  }

  boolean isClosed() {
    return closed;
  }

  /** Takes a completion in; the answer is whether it is news for whoever uses the connection. */
  boolean take(WorkCompletions completions, int index) {
    if (broken != null || closed) {
      return false;
    }
    int kind = RequestId.kind(completions.id(index));
    if (!completions.isSuccess(index)) {
      breakWith(failure(kind, completions.status(index)));
      return true;
    }
    try {
      return switch (kind) {
        case RequestId.NOTIFICATION -> {
          takeNotification(completions.immediate(index));
          yield true;
        }
        case RequestId.WRITE -> {
          counters.completed();
          sender.completed();
          yield false;
        }
        default -> {
          counters.completed();
          yield reads.completed();
        }
      };
    } catch (VerbsException e) {
      breakWith(String.valueOf(e.getMessage()));
      return true;
    }
  }

  private void takeNotification(int advance) {
    arrived += Integer.toUnsignedLong(advance) * RingSender.NOTIFIED_UNIT;
    if (++receivesTaken == RECEIVES_PER_POST) {
      receivesTaken = 0;
      end.ringPair().post(receives, RECEIVES_PER_POST);
    }
  }

  private String failure(int kind, CompletionStatus status) {
    String symptom = symptom(kind, status);
    String change = end.change();
    return change == null ? symptom : change + ": " + symptom;
  }

  private static String symptom(int kind, CompletionStatus status) {
    if (status == CompletionStatus.WR_FLUSH_ERR) {
      return "its queue pair failed, as it does when the other side sends what it may not";
    }
    String what =
        switch (kind) {
          case RequestId.NOTIFICATION -> "taking a notification of the other side";
          case RequestId.WRITE -> "writing into the other side's ring";
          default -> "reading the other side's memory";
        };
    String where =
        status == CompletionStatus.RETRY_EXC_ERR
            ? " (or it has another address or no link by now: connect again)"
            : "";
    return what + " failed with " + status + ": " + status.text() + where;
  }

  void breakWith(String reason) {
    if (broken == null) {
      broken = reason;
    }
  }

  private boolean isUsable() {
    return broken == null && !closed;
  }

  @Override
  public MemorySegment outgoing() {
    return outgoing;
  }

  @Override
  public MemorySegment incoming() {
    return incoming;
  }

  @Override
  public void write(long offset, int length) {
    if (isUsable()) {
      sender.write(offset, length);
    }
  }

  @Override
  public void writeAndNotify(long offset, int length, long position) {
    if (isUsable()) {
      try {
        sender.write(offset, length);
        sender.notify(position);
      } catch (VerbsException e) {
        breakWith(String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public long arrived() {
    return arrived;
  }

  @Override
  public void giveCredit(long position, long buffers) {
    if (isUsable()) {
      try {
        Mailbox.setCredit(end.copy(), position, buffers);
        sender.sendCredit();
      } catch (VerbsException e) {
        breakWith(String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public long creditedPosition() {
    return Mailbox.creditedPosition(end.mailbox());
  }

  @Override
  public long creditedBuffers() {
    return Mailbox.creditedBuffers(end.mailbox());
  }

  @Override
  public void read(
      RemoteBuffer source, long sourceOffset, LocalBuffer target, long targetOffset, int length) {
    if (!isUsable()) {
      return;
    }
    if (length < 1
        || sourceOffset < 0
        || source.length() < length
        || sourceOffset > source.length() - length) {
      breakWith(
          "a read of %s bytes at %s, and what the other side offers has %s"
              .formatted(length, sourceOffset, source.length()));
      return;
    }
    RegisteredBuffer into = (RegisteredBuffer) target;
    reads.add(
        source.address() + sourceOffset,
        source.key(),
        into.memory().address() + targetOffset,
        into.key(),
        length);
  }

  @Override
  public void closeBatch(int token) {
    if (isUsable()) {
      reads.close(token);
    }
  }

  @Override
  public void postReads() {
    if (isUsable()) {
      try {
        reads.post();
      } catch (VerbsException e) {
        breakWith(String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public int completedReads() {
    return reads.next();
  }

  @Override
  public BufferSource buffers() {
    return rail;
  }

  @Override
  public int readDepth() {
    return readDepth;
  }

  @Override
  public void drain(long deadline) {
    try {
      while (isUsable() && !sender.isDrained() && System.nanoTime() - deadline < 0) {
        sender.askForCompletion();
        boolean ignored = rail.port().poll();
        Thread.onSpinWait();
      }
    } catch (VerbsException e) {
      breakWith(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public @Nullable String broken() {
    return broken;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      rail.port().detach(this);
      end.close();
    }
  }
}
