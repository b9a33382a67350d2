// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Operation;
import io.wisp.codec.Reply;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.FrameDescriptor;
import io.wisp.transport.ring.IncomingRing;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.OutgoingRing;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.RendezvousBuffers;
import io.wisp.transport.ring.RendezvousRead;
import io.wisp.transport.ring.RingFaultException;
import io.wisp.transport.ring.RingLimits;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A client's requests by way of the rings, and their replies in the same order. What is too long
 * for a ring is put into memory that the other side reads. It belongs to one thread at a time, and
 * waits for as long as the {@link ClientWait} allows that its owner began.
 */
final class RingCalls implements AutoCloseable {

  private static final long MAX_REPLY_BYTES = 256L << 20;

  private final Endpoint endpoint;
  private final RemoteMemory memory;
  private final OutgoingRing outgoing;
  private final IncomingRing incoming;
  private final ClientWait wait;
  private final RendezvousBuffers buffers;
  private final RendezvousRead rendezvous;
  private final ReplyBacklog backlog = new ReplyBacklog();
  private final @Nullable TableLease lease;
  private final long publishBytes;
  private final long creditBytes;

  private long sent;
  private long answered;
  private long address = RecordAddress.NONE;

  /**
   * The credit that was last given by itself. What a request carries does not count: the server
   * reads it only when it comes to that request, and may be waiting for room before.
   */
  private long creditGiven;

  private long buffersRead;

  /** Whether the frame of the reply that was last received is still in the ring. */
  private boolean holdsFrame;

  /** The request that the server is reading from here, and which of the requests it is. */
  private @Nullable LocalBuffer offeredRequest;

  private long offeredRequestNumber;

  /**
   * Those of a connection.
   *
   * @param lease learns from the replies, if there is one
   */
  RingCalls(
      Endpoint endpoint,
      ClientConnection connection,
      ArrivedReads reads,
      ClientWait wait,
      @Nullable TableLease lease) {
    this.endpoint = endpoint;
    this.lease = lease;
    memory = connection.memory();
    this.wait = wait;
    RingLimits limits = connection.limits();
    outgoing = new OutgoingRing(memory, limits);
    incoming = new IncomingRing(memory, limits);
    buffers = new RendezvousBuffers(memory.buffers(), RendezvousBuffers.UNLIMITED);
    rendezvous = new RendezvousRead(memory, buffers, reads::takeRendezvous);
    publishBytes = limits.ringBytes() / 8;
    creditBytes = limits.ringBytes() / 4;
  }

  /** Whether the reply to the request with a number was taken out of the ring. */
  boolean isAnswered(long number) {
    return number < answered;
  }

  /**
   * Sends a request, at the latest with the next {@link #flush}.
   *
   * @param wantsAddress whether its reply shall say where the record is, which the server must have
   *     offered
   * @return its number, which grows by 1 from one request to the next
   */
  long send(Operation operation, Slice key, Slice value, long argument, boolean wantsAddress) {
    releaseFrame();
    long length = RequestDescriptor.frameLength(key.length(), value.length());
    if (outgoing.fits(length)) {
      long offset = claim((int) length, wantsAddress);
      RequestDescriptor.encode(outgoing.segment(), offset, operation, key, value, argument);
      outgoing.commit(incoming.consumed());
    } else {
      sendByRendezvous(length, operation, key, value, argument, wantsAddress);
    }
    if (outgoing.unpublished() >= publishBytes) {
      outgoing.publish();
    }
    return sent++;
  }

  private void sendByRendezvous(
      long length,
      Operation operation,
      Slice key,
      Slice value,
      long argument,
      boolean wantsAddress) {
    while (offeredRequest != null) {
      makeProgress();
    }
    LocalBuffer buffer = buffers.takeUnlimited(length);
    RequestDescriptor.encode(buffer.memory(), 0, operation, key, value, argument);
    offeredRequest = buffer;
    offeredRequestNumber = sent;
    claim(RemoteBuffer.ENCODED_LENGTH, wantsAddress);
    outgoing.commitRendezvous(buffer, length, incoming.consumed());
  }

  private long claim(int length, boolean wantsAddress) {
    boolean wantsLease = lease != null && lease.askBy(sent);
    try {
      long offset = outgoing.claimRequest(length, wantsAddress, wantsLease);
      while (offset < 0) {
        makeProgress();
        offset = outgoing.claimRequest(length, wantsAddress, wantsLease);
      }
      return offset;
    } catch (RingFaultException e) {
      throw fault(e);
    }
  }

  /** Takes replies out of the ring, since the server may be waiting for its room. */
  private void makeProgress() {
    outgoing.publish();
    try {
      if (incoming.peek() == IncomingRing.NONE) {
        wait.step();
      } else {
        takeIntoBacklog();
      }
    } catch (RingFaultException e) {
      throw fault(e);
    }
  }

  private void takeIntoBacklog() throws RingFaultException {
    noteLease();
    if (incoming.peek() == FrameDescriptor.RENDEZVOUS) {
      MemorySegment bytes = readOffered();
      backlog.add(answered, bytes, 0, rendezvous.length(), incoming.address());
      endRendezvous();
    } else {
      outgoing.credit(incoming.credit());
      backlog.add(
          answered,
          incoming.segment(),
          incoming.messageOffset(),
          incoming.messageLength(),
          incoming.address());
      incoming.release();
    }
    countAnswer();
    giveCredit();
  }

  /** Sends what has not been sent. */
  void flush() {
    outgoing.publish();
  }

  /**
   * Waits for the reply to a request, and keeps those that come before it.
   *
   * @param number of the request, whose reply was not received yet
   * @param reply is pointed at it, until the next call of any method here
   */
  void receive(long number, Reply reply) {
    releaseFrame();
    if (isAnswered(number)) {
      require(backlog.take(number, reply), reply);
      address = backlog.address();
      return;
    }
    outgoing.publish();
    try {
      int kind = awaitFrame();
      while (answered < number) {
        takeIntoBacklog();
        kind = awaitFrame();
      }
      noteLease();
      address = incoming.address();
      if (kind == FrameDescriptor.RENDEZVOUS) {
        MemorySegment bytes = readOffered();
        require(reply.wrap(bytes, 0, rendezvous.length()), reply);
      } else {
        outgoing.credit(incoming.credit());
        require(
            reply.wrap(incoming.segment(), incoming.messageOffset(), incoming.messageLength()),
            reply);
        buffers.noteShort();
      }
      holdsFrame = true;
      countAnswer();
    } catch (RingFaultException e) {
      throw fault(e);
    }
  }

  /** Before the frame of a reply is released. */
  private void noteLease() {
    if (lease != null) {
      lease.answered(answered, incoming.lease());
    }
  }

  private int awaitFrame() throws RingFaultException {
    int kind = incoming.peek();
    while (kind == IncomingRing.NONE) {
      wait.step();
      kind = incoming.peek();
    }
    return kind;
  }

  /** Where the record is that the reply received last is about, or {@link RecordAddress#NONE}. */
  long address() {
    return address;
  }

  /** Whether the reply to a request is there. Sends what was not sent. */
  boolean isReady(long number) {
    releaseFrame();
    if (isAnswered(number)) {
      return true;
    }
    outgoing.publish();
    try {
      if (incoming.peek() == IncomingRing.NONE) {
        wait.poll();
      }
      while (answered < number && incoming.peek() != IncomingRing.NONE) {
        takeIntoBacklog();
      }
      return answered == number && incoming.peek() != IncomingRing.NONE;
    } catch (RingFaultException e) {
      throw fault(e);
    }
  }

  private void require(boolean whole, Reply reply) {
    if (!whole) {
      throw new TransportException(endpoint + " sent what is no reply: " + reply.fault());
    }
  }

  /** Gives the memory of the last reply back to the server. */
  private void releaseFrame() {
    if (holdsFrame) {
      holdsFrame = false;
      if (rendezvous.target() != null) {
        endRendezvous();
      } else {
        incoming.release();
      }
      giveCredit();
    }
  }

  /** Reads the long reply that the frame tells of. */
  private MemorySegment readOffered() throws RingFaultException {
    outgoing.credit(incoming.credit());
    RemoteBuffer offered = incoming.offered(MAX_REPLY_BYTES);
    LocalBuffer target = buffers.takeUnlimited(offered.length());
    rendezvous.begin(offered, target);
    while (!rendezvous.isComplete()) {
      wait.step();
    }
    // The server's memory is its own again at once, whatever becomes of the copy here.
    buffersRead++;
    creditGiven = incoming.consumed();
    memory.giveCredit(creditGiven, buffersRead);
    return target.memory();
  }

  private void endRendezvous() {
    incoming.release();
    rendezvous.end();
  }

  private void countAnswer() {
    if (answered == offeredRequestNumber) {
      buffers.giveBack(offeredRequest);
      offeredRequest = null;
    }
    answered++;
  }

  private void giveCredit() {
    if (incoming.consumed() - creditGiven >= creditBytes) {
      creditGiven = incoming.consumed();
      memory.giveCredit(creditGiven, buffersRead);
    }
  }

  private TransportException fault(RingFaultException fault) {
    return new TransportException(endpoint + " sent " + fault.getMessage(), fault);
  }

  /** Frees the memory; the connection is closed before. */
  @Override
  public void close() {
    rendezvous.end();
    buffers.giveBack(offeredRequest);
    offeredRequest = null;
    buffers.close();
    backlog.close();
  }
}
