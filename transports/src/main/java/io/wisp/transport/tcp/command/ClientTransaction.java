// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one client has begun with MULTI or WATCH: the requests that EXEC is to carry out, and the
 * keys that must not have changed by then. It belongs to its session's thread.
 */
public final class ClientTransaction implements AutoCloseable {

  /** {@link #slot} while no key was queued. */
  static final int NO_SLOT = -1;

  /** The most requests that are queued. */
  static final int MAX_REQUESTS = 8192;

  /** The most bytes that are queued: as many as one request may have. */
  static final int MAX_BYTES = (64 << 20) + (1 << 20);

  static final String TOO_MANY_REQUESTS =
      "ERR too many commands in a transaction: " + MAX_REQUESTS + " are the most";

  static final String TOO_MANY_BYTES =
      "ERR the commands of a transaction are too large: together they have at most "
          + MAX_BYTES
          + " bytes";

  private final BufferPool buffers;
  private final ClientState client;
  private final WatchedKeys watched;
  private boolean open;
  private boolean refused;
  private int count;
  private int mostKeys;
  private boolean writes;
  private int slot = NO_SLOT;
  private boolean acrossSlots;

  /** The requests, in the form in which they are sent; null if there are none. */
  private @Nullable NativeBuffer requests;

  private @Nullable ReplyWriter writer;

  /** None yet. */
  ClientTransaction(BufferPool buffers, ClientState client) {
    this.buffers = buffers;
    this.client = client;
    watched = new WatchedKeys(buffers);
  }

  /** Whether there was MULTI, and neither EXEC nor DISCARD since. */
  boolean isOpen() {
    return open;
  }

  /** How many keys the queued commands have together, at most. */
  public int mostKeys() {
    return mostKeys;
  }

  /** Whether one of the queued commands writes. */
  public boolean writes() {
    return writes;
  }

  /** Whether a command is queued now, and not executed. */
  public boolean queues(Command command) {
    return open && !command.runsInsideMulti();
  }

  void begin() {
    open = true;
    client.queued(0);
  }

  /** The keys that are watched. */
  WatchedKeys watched() {
    return watched;
  }

  /** Queues the command whose arguments a request has, and replies so. */
  public void queue(Command command, CommandRequest request) {
    String refusal = command.handler().refusalToQueue(request.arguments());
    if (refusal == null) {
      refusal = keep(command, request.arguments());
    }
    if (refusal == null) {
      request.reply().queued();
    } else {
      refuse();
      request.counters().countRejected(command.number());
      request.fail(refusal);
    }
  }

  /** Keeps a request. The answer is why it cannot, or null. */
  private @Nullable String keep(Command command, Arguments arguments) {
    if (refused) {
      return null;
    }
    if (count == MAX_REQUESTS) {
      return TOO_MANY_REQUESTS;
    }
    // In front of the first argument there are the heads of the array and of this argument.
    int length = arguments.span() + 2 * ReplyWriter.MAX_HEADER_LENGTH + 2;
    if (length > MAX_BYTES - bytes()) {
      return TOO_MANY_BYTES;
    }
    try {
      write(arguments, length);
    } catch (BufferLimitException e) {
      return Errors.REQUEST_TOO_LARGE;
    }
    client.queued(++count);
    mostKeys += command.mostKeys(arguments.count());
    writes |= command.access() == Command.Access.WRITE;
    return null;
  }

  private void write(Arguments arguments, int length) {
    NativeBuffer buffer = requests;
    if (buffer == null) {
      buffer = buffers.take(length);
      requests = buffer;
    }
    ReplyWriter to = writer;
    if (to == null) {
      to = new ReplyWriter(buffer);
      writer = to;
    }
    to.begin(buffer, 2);
    to.array(arguments.count());
    for (int i = 0; i < arguments.count(); i++) {
      to.bulk(arguments.memory(), arguments.offset(i), arguments.length(i));
    }
  }

  private int bytes() {
    return requests == null ? 0 : requests.size();
  }

  /** Says that a request was refused: then EXEC is, too, and nothing is kept for it. */
  public void refuse() {
    if (open) {
      refused = true;
      giveBack();
    }
  }

  /**
   * {@link #refuse}, of a command.
   *
   * @param error why the command was refused
   * @return what to reply
   */
  public String refused(Command command, String error) {
    if (command.isExec()) {
      close();
      return Errors.aborted(error);
    }
    refuse();
    return error;
  }

  /**
   * Says that a command was not carried out because of the slots of its keys: then EXEC is refused,
   * too, or was just now.
   *
   * @param error why
   * @return what to reply, which is without EXECABORT as in Redis
   */
  public String redirected(Command command, String error) {
    if (command.isExec()) {
      close();
    } else {
      refuse();
    }
    return error;
  }

  /** Says that the keys of a request that will be queued are of a slot. */
  void noteSlot(int slot) {
    if (!refused) {
      acrossSlots |= this.slot != NO_SLOT && this.slot != slot;
      this.slot = this.slot == NO_SLOT ? slot : this.slot;
    }
  }

  /** The slot of the first key that was queued, or {@link #NO_SLOT}. */
  int slot() {
    return slot;
  }

  /** Whether keys of several slots were queued. */
  boolean isAcrossSlots() {
    return acrossSlots;
  }

  /** Whether a request was refused. */
  boolean isRefused() {
    return refused;
  }

  /** How many requests there are. */
  int count() {
    return count;
  }

  /** Whether it takes long to carry out, by what is queued. */
  public boolean isLong() {
    return count >= CommandTimer.MANY_WORDS || bytes() >= CommandTimer.MANY_BYTES;
  }

  /** The requests, of which there is one at least. */
  NativeBuffer requests() {
    return Objects.requireNonNull(requests);
  }

  /** The memory that it holds, in bytes. */
  public long heldBytes() {
    return watched.heldBytes() + (requests == null ? 0 : requests.capacity());
  }

  private void giveBack() {
    count = 0;
    mostKeys = 0;
    writes = false;
    if (requests != null) {
      buffers.give(requests);
      requests = null;
    }
  }

  /** Ends the transaction, if there is one, and watches nothing any more. */
  @Override
  public void close() {
    if (open) {
      open = false;
      refused = false;
      slot = NO_SLOT;
      acrossSlots = false;
      client.leaveTransaction();
      giveBack();
    }
    watched.close();
  }
}
