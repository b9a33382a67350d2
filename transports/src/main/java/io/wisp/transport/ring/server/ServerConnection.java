// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.RequestDescriptor;
import io.wisp.codec.RequestExecutor;
import io.wisp.codec.Session;
import io.wisp.store.Limits;
import io.wisp.store.RecordAddress;
import io.wisp.store.Status;
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
import io.wisp.transport.ring.handshake.ServedClient;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A client, as the thread that serves it sees it: takes requests from its ring in order, executes
 * them, and writes the replies into the client's ring, all of a turn with one notification.
 *
 * <p>A request is copied before it is looked at, since the client can go on writing to it. One that
 * is too long for the ring is read from the client's memory. A reply that is too long for the ring
 * is put into memory that the client reads; until it has, its next request waits.
 */
final class ServerConnection {

  /** What a turn left behind. */
  enum Outcome {
    /** Nothing to do until something arrives. */
    WAITING,
    /** More requests than one turn takes. */
    UNFINISHED,
    /** A request for which there is no memory until another connection gives some back. */
    STARVED
  }

  /**
   * Requests in a turn, so that one client does not keep the others waiting. Of a batch each key
   * counts as one.
   */
  private static final int REQUESTS_PER_TURN = 256;

  private static final long MAX_REQUEST_LENGTH =
      RequestDescriptor.frameLength(Limits.MAX_KEY_LENGTH, Limits.MAX_VALUE_LENGTH);

  private final int number;
  private final RemoteMemory memory;
  private final OutgoingRing outgoing;
  private final IncomingRing incoming;
  private final ThreadContext context;
  private final Session session = Session.authenticated();
  private final ServedClient control;
  private final RendezvousBuffers buffers;
  private final RendezvousRead rendezvous;

  /** The reply that the client is to read from here, and how many there were so far. */
  private @Nullable LocalBuffer offeredReply;

  private long repliesOffered;
  private long offeredAt;
  private long returnsWhenStarved = -1;

  /** How much of a turn has been used, in requests. */
  private int taken;

  /** Whether it was given a turn since that was last asked. */
  private boolean active = true;

  private long lastActive;

  ServerConnection(int number, RemoteMemory memory, ThreadContext context, ServedClient control) {
    this.number = number;
    this.memory = memory;
    this.context = context;
    this.control = control;
    outgoing = new OutgoingRing(memory, context.limits());
    incoming = new IncomingRing(memory, context.limits());
    buffers = context.buffersOf(memory);
    rendezvous = new RendezvousRead(memory, buffers);
  }

  int number() {
    return number;
  }

  ServedClient control() {
    return control;
  }

  /**
   * How long, at a time before this call, nothing had come. So that no request costs a look at the
   * clock, one that has come since the last call counts as of now. Who reads a long reply is not
   * silent.
   */
  long silentNanos(long before, long now) {
    if (active || offeredReply != null) {
      active = false;
      lastActive = now;
      return 0;
    }
    return before - lastActive;
  }

  /** Whether, at some time, the client had had so much time to read a reply it was offered. */
  boolean hasStalled(long before, long nanos) {
    return offeredReply != null && before - offeredAt > nanos;
  }

  /** What the client shares. */
  RemoteMemory memory() {
    return memory;
  }

  /**
   * Executes what has arrived.
   *
   * @throws RingFaultException if the client does not keep to the protocol
   */
  Outcome serve() throws RingFaultException {
    active = true;
    if (returnsWhenStarved == buffers.returns()) {
      return Outcome.STARVED;
    }
    returnsWhenStarved = -1;
    Outcome outcome = Outcome.UNFINISHED;
    context.ahead().begin();
    taken = 0;
    while (outcome == Outcome.UNFINISHED && taken < REQUESTS_PER_TURN) {
      taken++;
      context.ahead().look(incoming);
      outcome = serveOne();
    }
    outgoing.publish();
    return outcome;
  }

  private Outcome serveOne() throws RingFaultException {
    if (!replyTaken() || !outgoing.hasRoom()) {
      return Outcome.WAITING;
    }
    LocalBuffer arriving = rendezvous.target();
    if (arriving != null) {
      return rendezvous.isComplete() ? executeRendezvous(arriving.memory()) : Outcome.WAITING;
    }
    int kind = incoming.peek();
    if (kind == IncomingRing.NONE) {
      return Outcome.WAITING;
    }
    outgoing.credit(incoming.credit());
    if (incoming.hasAddress()) {
      throw new RingFaultException("a request with an address");
    }
    return kind == FrameDescriptor.RENDEZVOUS ? beginRendezvous() : executeFrame();
  }

  /** Whether there is no reply that the client has yet to read. */
  private boolean replyTaken() throws RingFaultException {
    if (offeredReply == null) {
      return true;
    }
    long taken = memory.creditedBuffers();
    if (taken > repliesOffered) {
      throw new RingFaultException(
          "credit for " + taken + " replies, and " + repliesOffered + " were offered");
    }
    if (taken < repliesOffered) {
      return false;
    }
    buffers.giveBack(offeredReply);
    offeredReply = null;
    return true;
  }

  private Outcome executeFrame() throws RingFaultException {
    int length = incoming.messageLength();
    MemorySegment.copy(incoming.segment(), incoming.messageOffset(), context.request(), 0, length);
    buffers.noteShort();
    return execute(context.request(), length) ? Outcome.UNFINISHED : starved();
  }

  private Outcome beginRendezvous() throws RingFaultException {
    RemoteBuffer offered = incoming.offered(MAX_REQUEST_LENGTH);
    LocalBuffer target;
    try {
      target = buffers.take(offered.length());
    } catch (TransportException e) {
      refuse(e);
      return Outcome.UNFINISHED;
    }
    if (target == null) {
      return starved();
    }
    rendezvous.begin(offered, target);
    return Outcome.UNFINISHED;
  }

  private Outcome executeRendezvous(MemorySegment request) throws RingFaultException {
    boolean answered = execute(request, rendezvous.length());
    rendezvous.end();
    // Who waits for memory holds none, lest all wait for each other: the request is read again.
    return answered ? Outcome.UNFINISHED : starved();
  }

  /** Answers that there is no memory for a request, or its reply, that is too long for a ring. */
  private void refuse(TransportException reason) throws RingFaultException {
    FrameBuffer reply = context.reply();
    RequestExecutor.refuse(reply, "no memory for so much: " + reason.getMessage());
    if (!outgoing.fits(reply.length())) {
      throw reason;
    }
    answer(reply, RecordAddress.NONE);
    context.counters().count(Status.REFUSED);
  }

  private Outcome starved() {
    returnsWhenStarved = buffers.returns();
    return Outcome.STARVED;
  }

  /**
   * Executes a request, answers it and releases its frame.
   *
   * @return whether it could be answered; if not it is executed again later, which changes nothing,
   *     because only requests that read have long replies
   */
  private boolean execute(MemorySegment request, long length) throws RingFaultException {
    FrameBuffer reply = context.reply();
    Status status = context.executor().execute(session, request, 0, length, reply);
    taken += context.executor().batchSize();
    long address = incoming.wantsAddress() ? context.executor().address() : RecordAddress.NONE;
    if (outgoing.fits(OutgoingRing.payloadLength(reply.length(), address))) {
      answer(reply, address);
    } else {
      LocalBuffer buffer;
      try {
        buffer = buffers.take(reply.length(), rendezvous.target());
      } catch (TransportException e) {
        refuse(e);
        return true;
      }
      if (buffer == null) {
        return false;
      }
      offer(reply, address, buffer);
    }
    context.counters().count(status);
    return true;
  }

  private void answer(FrameBuffer reply, long address) throws RingFaultException {
    long offset = outgoing.claimWithAddress(reply.length(), address);
    MemorySegment.copy(reply.memory(), 0, outgoing.segment(), offset, reply.length());
    incoming.release();
    outgoing.commit(incoming.consumed());
  }

  private void offer(FrameBuffer reply, long address, LocalBuffer buffer)
      throws RingFaultException {
    offeredReply = buffer;
    MemorySegment.copy(reply.memory(), 0, buffer.memory(), 0, reply.length());
    outgoing.claimWithAddress(RemoteBuffer.ENCODED_LENGTH, address);
    incoming.release();
    outgoing.commitRendezvous(buffer, reply.length(), incoming.consumed());
    repliesOffered++;
    offeredAt = context.clock().getAsLong();
  }

  /** Ends the connection and frees what it held. */
  void close() {
    try {
      memory.close();
      rendezvous.end();
      buffers.giveBack(offeredReply);
      offeredReply = null;
      context.freeIfGivenUp(memory, buffers);
    } finally {
      control.end();
    }
  }
}
