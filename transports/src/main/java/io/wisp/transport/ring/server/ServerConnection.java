// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.RequestDescriptor;
import io.wisp.codec.RequestExecutor;
import io.wisp.codec.Session;
import io.wisp.store.Limits;
import io.wisp.store.RecordAddress;
import io.wisp.store.Status;
import io.wisp.transport.GroupCommit;
import io.wisp.transport.TransportException;
import io.wisp.transport.WriteLog;
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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A client, as the thread that serves it sees it: takes requests from its ring in order, executes
 * them, and writes the replies into the client's ring, all of a turn with one notification.
 *
 * <p>A request is copied before it is looked at, since the client can go on writing to it. One that
 * is too long for the ring is read from the client's memory. A reply that is too long for the ring
 * is put into memory that the client reads; until it has, its next request waits.
 *
 * <p>Where writes are logged, the replies of a turn that count only with an entry of the log lie in
 * the ring until that has ended, and then the client is told of them. Meanwhile nothing is taken
 * from it, so that it can send no more than its ring holds.
 */
final class ServerConnection implements GroupCommit.Connection {

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
  static final int REQUESTS_PER_TURN = 256;

  private static final long MAX_REQUEST_LENGTH =
      RequestDescriptor.frameLength(Limits.MAX_KEY_LENGTH, Limits.MAX_VALUE_LENGTH);

  private static final byte[] NO_TEXT = {};

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

  private final @Nullable RingCommit commit;
  private final HeldFrames held = new HeldFrames();

  /** The reply that the client is to read from here, if it is held, is so long; else 0. */
  private int heldOffer;

  /** The request that is next may not be executed before others' writes have happened. */
  private boolean waits;

  /** It is not served until an entry has ended. */
  private boolean awaitsEntry;

  /** What became of the entry that its replies waited for, and why. */
  private WriteLog.Outcome outcome = WriteLog.Outcome.DONE;

  private String why = "";
  private boolean closed;

  ServerConnection(int number, RemoteMemory memory, ThreadContext context, ServedClient control) {
    this.number = number;
    this.memory = memory;
    this.context = context;
    this.control = control;
    commit = context.commit();
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
    if (active || offeredReply != null || awaitsEntry) {
      active = false;
      lastActive = now;
      return 0;
    }
    return before - lastActive;
  }

  /** Whether, at some time, the client had had so much time to read a reply it was offered. */
  boolean hasStalled(long before, long nanos) {
    return offeredReply != null && !awaitsEntry && before - offeredAt > nanos;
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
    if (commit != null && !begins(commit)) {
      return Outcome.WAITING;
    }
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
    if (commit != null) {
      return endTurn(commit, outcome);
    }
    outgoing.publish();
    return outcome;
  }

  /** Whether a turn begins: none does until the entry has ended that it waits for. */
  private boolean begins(RingCommit commit) {
    if (awaitsEntry) {
      return false;
    }
    tellOfEntry(commit);
    commit.settle();
    commit.begin();
    waits = false;
    return true;
  }

  private Outcome endTurn(RingCommit commit, Outcome outcome) {
    commit.settle();
    if (isHeld()) {
      commit.hold(this);
      awaitsEntry = true;
      return Outcome.WAITING;
    }
    outgoing.publish();
    commit.settle();
    if (waits) {
      commit.admitLater(this);
      awaitsEntry = true;
      return Outcome.WAITING;
    }
    return outcome;
  }

  private boolean isHeld() {
    return !held.isEmpty() || heldOffer > 0;
  }

  @Override
  public boolean letGoOn(WriteLog.Outcome outcome, String why) {
    awaitsEntry = false;
    this.outcome = outcome;
    this.why = why;
    if (offeredReply != null) {
      // The time that the log took is not the client's.
      offeredAt = context.clock().getAsLong();
    }
    return !closed;
  }

  /** Tells the client what became of the requests whose replies were held, if there are any. */
  private void tellOfEntry(RingCommit commit) {
    if (!isHeld()) {
      return;
    }
    if (outcome != WriteLog.Outcome.DONE) {
      HeldFrames.Substitutes substitutes = commit.substitutes(outcome, why);
      held.replace(outgoing.segment(), substitutes);
      outgoing.writeAgain();
      LocalBuffer offered = offeredReply;
      if (heldOffer > 0 && offered != null) {
        HeldFrames.replace(offered.memory(), 0, heldOffer, substitutes.read(), NO_TEXT);
      }
      outcome = WriteLog.Outcome.DONE;
    }
    heldOffer = 0;
    held.clear();
    outgoing.publish();
  }

  /** Tells the client the last before it is closed, when the server ends. */
  void sendLast() {
    RingCommit log = commit;
    if (log != null && !closed && !awaitsEntry) {
      tellOfEntry(log);
    }
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
    if (incoming.hasAddress() || incoming.hasLease()) {
      throw new RingFaultException(
          "a request with " + (incoming.hasAddress() ? "an address" : "a lease"));
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
    if (commit != null) {
      return executeLogged(commit, context.request(), length);
    }
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
    if (commit != null) {
      return executeRendezvousLogged(commit, request);
    }
    boolean answered = execute(request, rendezvous.length());
    rendezvous.end();
    // Who waits for memory holds none, lest all wait for each other: the request is read again.
    return answered ? Outcome.UNFINISHED : starved();
  }

  /** Likewise, of a copy: clients can take away what lies in memory that they read. */
  private Outcome executeRendezvousLogged(RingCommit commit, MemorySegment request)
      throws RingFaultException {
    Outcome outcome;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(rendezvous.length(), Long.BYTES);
      MemorySegment.copy(request, 0, copy, 0, rendezvous.length());
      outcome = executeLogged(commit, copy, rendezvous.length());
    } catch (OutOfMemoryError e) {
      throw new TransportException("no memory for a copy of a request", e);
    }
    if (!waits) {
      rendezvous.end();
    }
    return outcome;
  }

  /** Executes a request if it may be now, answers it and releases its frame. */
  private Outcome executeLogged(RingCommit commit, MemorySegment request, long length)
      throws RingFaultException {
    RingCommit.Admission admission = commit.admit(request, length);
    if (admission == RingCommit.Admission.WAITS) {
      waits = true;
      return Outcome.WAITING;
    }
    if (admission == RingCommit.Admission.REFUSED) {
      RequestExecutor.refuse(context.reply(), Status.LOG_FAILED, commit.refusal());
      return reply(Status.LOG_FAILED, RecordAddress.NONE) ? Outcome.UNFINISHED : starved();
    }
    Status status = context.executor().execute(session, request, 0, length, context.reply());
    taken += context.executor().batchSize();
    if (context.executor().givesPending()) {
      // What keeps the version for later waits until the write has happened.
      waits = true;
      return Outcome.WAITING;
    }
    boolean counts = commit.counts(admission, status);
    if (!counts && admission != RingCommit.Admission.FREE) {
      commit.notAnswered();
    }
    if (counts && !isHeld()) {
      // What is true whatever becomes of the entry does not wait for it.
      outgoing.publish();
    }
    if (!reply(status, wantedAddress())) {
      if (counts) {
        commit.notAnswered();
      }
      return starved();
    }
    if (counts) {
      commit.answered();
      hold(admission == RingCommit.Admission.WRITE);
    }
    return Outcome.UNFINISHED;
  }

  /** Notes the reply that was just made as one that is held. */
  private void hold(boolean isOfWrite) {
    if (offeredReply == null) {
      held.add(outgoing.messageOffset(), context.reply().length(), isOfWrite);
    } else {
      heldOffer = context.reply().length();
    }
  }

  /** Answers that there is no memory for a request, or its reply, that is too long for a ring. */
  private void refuse(TransportException reason) throws RingFaultException {
    FrameBuffer reply = context.reply();
    RequestExecutor.refuse(reply, "no memory for so much: " + reason.getMessage());
    if (!outgoing.fits(reply.length())) {
      throw reason;
    }
    answer(reply, RecordAddress.NONE, OutgoingRing.NO_LEASE);
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
    Status status = context.executor().execute(session, request, 0, length, context.reply());
    taken += context.executor().batchSize();
    return reply(status, wantedAddress());
  }

  private long wantedAddress() {
    return incoming.wantsAddress() ? context.executor().address() : RecordAddress.NONE;
  }

  /** Looks at the time behind the request's arrival, on which the client relies. */
  private long wantedLease() {
    return commit != null && incoming.wantsLease() ? commit.leaseMicros() : OutgoingRing.NO_LEASE;
  }

  /**
   * Answers with the reply that was made, and releases the request's frame, as {@link #execute}.
   */
  private boolean reply(Status status, long address) throws RingFaultException {
    FrameBuffer reply = context.reply();
    long lease = wantedLease();
    if (outgoing.fits(OutgoingRing.payloadLength(reply.length(), address, lease))) {
      answer(reply, address, lease);
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
      offer(reply, address, lease, buffer);
    }
    context.counters().count(status);
    return true;
  }

  private void answer(FrameBuffer reply, long address, long lease) throws RingFaultException {
    long offset = outgoing.claimReply(reply.length(), address, lease);
    MemorySegment.copy(reply.memory(), 0, outgoing.segment(), offset, reply.length());
    incoming.release();
    outgoing.commit(incoming.consumed());
  }

  private void offer(FrameBuffer reply, long address, long lease, LocalBuffer buffer)
      throws RingFaultException {
    offeredReply = buffer;
    MemorySegment.copy(reply.memory(), 0, buffer.memory(), 0, reply.length());
    outgoing.claimReply(RemoteBuffer.ENCODED_LENGTH, address, lease);
    incoming.release();
    outgoing.commitRendezvous(buffer, reply.length(), incoming.consumed());
    repliesOffered++;
    offeredAt = context.clock().getAsLong();
  }

  /** Waits until the client has what it was told, until a deadline. */
  void drain(long deadline) {
    if (!closed) {
      memory.drain(deadline);
    }
  }

  /** Ends the connection and frees what it held. */
  void close() {
    closed = true;
    if (awaitsEntry && commit != null) {
      commit.forget(this);
    }
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
