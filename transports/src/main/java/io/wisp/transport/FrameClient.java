// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.codec.BatchBuffer;
import io.wisp.codec.BatchDescriptor;
import io.wisp.codec.Operation;
import io.wisp.codec.Reply;
import io.wisp.codec.Request;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks the binary protocol ({@code PROTOCOL.md} of the core), whatever carries its
 * frames: which request is made of which call, how many may be outstanding and until when each is
 * waited for, and what becomes of the client when it is closed or its connection is lost.
 *
 * <p>Who extends it says how a request is sent and a reply received. All of that is called by one
 * thread at a time, between the beginning and the end of a call; only {@link #stopWaiting} comes
 * from any thread. A {@link TransportException} that it throws loses the connection.
 */
public abstract class FrameClient implements Client {

  /** No key, or no value. */
  protected static final Slice NONE = new Slice();

  /** For as long as the timeout, from now on; no deadline. */
  protected static final long TIMEOUT = 0;

  /** Of submissions: below is the status of a refusal, from here on the path of a reply. */
  private static final int FIRST_PATH = 1_000;

  /** What it is connected to. */
  protected final Endpoint endpoint;

  /** The reply that was last received. */
  protected final Reply reply = new Reply();

  /** A clock that only goes on, in nanoseconds. */
  protected final LongSupplier nanoTime;

  private final long timeoutNanos;
  private final int maxOutstanding;
  private final Slice count = Slice.of(new byte[Integer.BYTES]);
  private final BatchBuffer batches = new BatchBuffer();
  private final TokenQueue submissions = new TokenQueue();
  private final Deadlines deadlines = new Deadlines();
  private final ReentrantLock use = new ReentrantLock();
  private volatile boolean closing;
  private boolean released;

  /** What the taker of a value throws is no fault of the connection. */
  private boolean giving;

  private @Nullable TransportException lost;

  /**
   * A client that the constructor of whoever extends this connects.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  protected FrameClient(Endpoint endpoint, ClientOptions options, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.nanoTime = nanoTime;
    timeoutNanos = options.timeout().toNanos();
    maxOutstanding = options.maxOutstanding();
  }

  /**
   * Begins to wait, in a call.
   *
   * @param deadline until when, by the client's clock, or {@link #TIMEOUT}
   */
  protected abstract void beginWaiting(long deadline);

  /** Sends a request while none is outstanding, and waits for its {@link #reply}. */
  protected abstract Status ask(Operation operation, Slice key, Slice value, long argument);

  /**
   * Sends a request, at the latest with the next {@link #sendAll}. Key and value may be changed
   * when this returns.
   *
   * @return the path by which its reply will come: a number from 0, for {@link #receive}
   */
  protected abstract int send(Operation operation, Slice key, Slice value);

  /** Sends what has not been sent. */
  protected abstract void sendAll();

  /** Whether {@link #send} has sent what it was given when it returns. */
  protected abstract boolean sendsAtOnce();

  /**
   * Waits for the reply to the oldest request that has none.
   *
   * @param path that {@link #send} gave for it
   * @param sink takes the value if it was a get which found one
   */
  protected abstract Status receive(int path, ValueSink sink);

  /** Whether {@link #receive} would find the reply there, as {@link #isReplyReady} says it. */
  protected abstract boolean isReady(int path);

  /** Fails if the connection is known to be of no use any longer. */
  protected abstract void checkConnection();

  /**
   * Makes a call that waits give up, and any later one. Any thread may call it, again and again.
   */
  protected abstract void stopWaiting();

  /** Frees what the client holds; called once, when no call is in progress. */
  protected abstract void release();

  /** Begins a call. */
  private void enter() {
    use.lock();
    if (closing) {
      use.unlock();
      throw new IllegalStateException("the client of " + endpoint + " is closed");
    }
    TransportException earlier = lost;
    if (earlier != null) {
      use.unlock();
      throw new TransportException(String.valueOf(earlier.getMessage()), earlier);
    }
    giving = false;
    beginWaiting(TIMEOUT);
  }

  /** Begins a blocking call. */
  private void enterBlocking() {
    enter();
    if (outstanding() > 0) {
      use.unlock();
      throw new IllegalStateException(
          outstanding() + " requests are outstanding, and a blocking call must wait for them");
    }
  }

  private TransportException lose(TransportException why) {
    if (!giving) {
      lost = why;
    }
    giving = false;
    return why;
  }

  private Status call(Operation operation, Slice key, Slice value, long argument) {
    enterBlocking();
    try {
      Status refusal = Refusals.of(key, value);
      return refusal != null ? refusal : ask(operation, key, value, argument);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  /**
   * Asks for what is either done or a failure of the server, which does not lose the connection.
   */
  private void demand(Operation operation, Slice value, long argument) {
    Status status;
    try {
      status = ask(operation, NONE, value, argument);
    } catch (TransportException e) {
      throw lose(e);
    }
    requireDone(status);
  }

  /** Until when a call waits that begins now. */
  protected final long deadline() {
    long deadline = nanoTime.getAsLong() + timeoutNanos;
    return deadline == TIMEOUT ? deadline + 1 : deadline;
  }

  /** Fails unless the last reply is that something was done. */
  protected final void requireDone(Status status) {
    if (status != Status.DONE) {
      throw new TransportException(endpoint + " answers " + status + ": " + reply.bytes());
    }
  }

  @Override
  public final Status put(Slice key, Slice value) {
    return call(Operation.PUT, key, value, 0);
  }

  @Override
  public final Status put(Slice key, Slice value, long timeToLiveMillis) {
    if (timeToLiveMillis < 1 || timeToLiveMillis > Request.MAX_TIME_TO_LIVE) {
      enterBlocking();
      use.unlock();
      throw new IllegalArgumentException(
          "a time to live of "
              + timeToLiveMillis
              + " ms is not between 1 and "
              + Request.MAX_TIME_TO_LIVE);
    }
    return call(Operation.PUT, key, value, timeToLiveMillis);
  }

  @Override
  public final Status get(Slice key, ValueSink sink) {
    sink.begin();
    enterBlocking();
    try {
      Status refusal = Refusals.of(key);
      return refusal != null ? refusal : lookUp(key, sink);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  /**
   * Gets a value while no request is outstanding: by asking for it, unless there is another way.
   */
  protected Status lookUp(Slice key, ValueSink sink) {
    return give(ask(Operation.GET, key, NONE, 0), sink);
  }

  /** Gives the value of the last reply on, if it has one by its status. */
  protected final Status give(Status status, ValueSink sink) {
    if (status == Status.FOUND) {
      Slice value = reply.bytes();
      giving = true;
      sink.take(value.segment(), value.offset(), value.length(), reply.argument(), Store.NEVER);
      giving = false;
    }
    return status;
  }

  @Override
  public final Status delete(Slice key) {
    return call(Operation.DELETE, key, NONE, 0);
  }

  @Override
  public final Status writeAll(WriteBatch batch) {
    enterBlocking();
    try {
      Status refusal = BatchDescriptor.refusalOf(batch);
      return refusal != null ? refusal : ask(Operation.WRITE_ALL, NONE, batches.write(batch), 0);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public final Status add(Slice key, long amount, LongConsumer sum) {
    enterBlocking();
    try {
      Status refusal = Refusals.of(key);
      return refusal != null ? refusal : new Addition(this, key, amount).run(deadline(), sum);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  /** Asks for a key where no error has a place in the answer: what cannot be a key is absent. */
  private Status find(Operation operation, Slice key) {
    Status status = call(operation, key, NONE, 0);
    if (status.isElsewhere()) {
      throw new MovedException(endpoint + " answers " + status + ": " + reply.bytes(), status);
    }
    if (status == Status.TRY_AGAIN) {
      throw new TransportException(endpoint + " answers " + status + ": " + reply.bytes());
    }
    return status;
  }

  @Override
  public final boolean contains(Slice key) {
    return find(Operation.CONTAINS, key) == Status.FOUND;
  }

  @Override
  public final long timeToLive(Slice key) {
    return find(Operation.TIME_TO_LIVE, key) == Status.FOUND ? reply.argument() : NO_KEY;
  }

  @Override
  public final long scan(long cursor, int atLeast, KeySink sink) {
    enterBlocking();
    try {
      long end = deadline();
      long next = cursor;
      int wanted = Math.max(atLeast, 1);
      do {
        if (closing) {
          throw new TransportException("the client of " + endpoint + " was closed during the call");
        }
        beginWaiting(TIMEOUT);
        count.segment().set(Request.COUNT_LAYOUT, 0, wanted);
        demand(Operation.SCAN, count, next);
        int given = reply.forEachKey(sink);
        if (given < 0) {
          throw lose(new TransportException(endpoint + " sent what is no list of keys"));
        }
        wanted -= given;
        next = reply.argument();
      } while (wanted > 0 && next != 0 && end - nanoTime.getAsLong() > 0);
      return next;
    } finally {
      use.unlock();
    }
  }

  @Override
  public String information() {
    enterBlocking();
    try {
      demand(Operation.INFORMATION, NONE, 0);
      return new String(reply.bytes().toByteArray(), StandardCharsets.UTF_8);
    } finally {
      use.unlock();
    }
  }

  @Override
  public final void submitPut(Slice key, Slice value) {
    submit(Operation.PUT, key, value, Refusals.of(key, value));
  }

  @Override
  public final void submitGet(Slice key) {
    submit(Operation.GET, key, NONE, Refusals.of(key));
  }

  @Override
  public final void submitDelete(Slice key) {
    submit(Operation.DELETE, key, NONE, Refusals.of(key));
  }

  @Override
  public final void submitWriteAll(WriteBatch batch) {
    enterSubmitting();
    try {
      Status refusal = BatchDescriptor.refusalOf(batch);
      add(Operation.WRITE_ALL, NONE, refusal == null ? batches.write(batch) : NONE, refusal);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  /** Begins to submit a request. */
  private void enterSubmitting() {
    enter();
    if (outstanding() >= maxOutstanding) {
      use.unlock();
      throw new IllegalStateException(
          outstanding() + " requests are outstanding, and that is the most");
    }
  }

  private void submit(Operation operation, Slice key, Slice value, @Nullable Status refusal) {
    enterSubmitting();
    try {
      add(operation, key, value, refusal);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  private void add(Operation operation, Slice key, Slice value, @Nullable Status refusal) {
    long until = sendsAtOnce() ? deadline() : 0; // what sending waits for counts
    submissions.add(refusal == null ? FIRST_PATH + send(operation, key, value) : refusal.code());
    deadlines.add();
    if (sendsAtOnce()) {
      deadlines.sent(until);
    }
  }

  @Override
  public final void flush() {
    enter();
    try {
      sendAll();
      noteSent();
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  private void noteSent() {
    if (deadlines.anyUnsent()) {
      deadlines.sent(deadline());
    }
  }

  @Override
  public final Status complete(ValueSink sink) {
    sink.begin();
    enter();
    try {
      if (outstanding() == 0) {
        throw new IllegalStateException("no request is outstanding");
      }
      noteSent();
      beginWaiting(deadlines.oldest());
      deadlines.removeOldest();
      int oldest = submissions.poll();
      return oldest < FIRST_PATH ? Status.ofCode(oldest) : receive(oldest - FIRST_PATH, sink);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public final boolean isReplyReady() {
    enter();
    try {
      int oldest = submissions.peek();
      boolean ready =
          oldest != TokenQueue.NONE && (oldest < FIRST_PATH || isReady(oldest - FIRST_PATH));
      if (!ready) {
        checkConnection();
      }
      return ready;
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public final int outstanding() {
    return submissions.size();
  }

  @Override
  public final void close() {
    closing = true;
    stopWaiting();
    use.lock();
    try {
      if (!released) {
        released = true;
        release();
      }
    } finally {
      use.unlock();
    }
  }
}
