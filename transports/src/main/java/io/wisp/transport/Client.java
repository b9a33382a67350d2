// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.KeySink;
import io.wisp.store.KeyValue;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import java.util.function.LongConsumer;

/**
 * A connection to a server, used by one thread at a time; only {@link #close} may come from another
 * thread, and makes a call in progress fail.
 *
 * <p>The methods of {@link KeyValue} and the rest of the blocking ones send a request and wait for
 * its reply. {@code submit...} sends without waiting: replies arrive in the order of submission,
 * one for each {@link #complete}. Blocking methods may be called only while nothing is outstanding.
 *
 * <p>Whatever breaks the connection ends in a {@link TransportException}: it says what happened,
 * within the timeout of {@link ClientOptions}; then every later call fails as well, and only a new
 * client can go on. Calls after {@link #close} throw {@link IllegalStateException}.
 */
public interface Client extends KeyValue {

  /** What it is connected to and how, for people and for the record of a run. */
  String description();

  /**
   * Submits a put. Nothing need have been sent when this returns; {@link #flush} or {@link
   * #complete} sees to it. Key and value have been copied or sent, and may be changed.
   *
   * @throws IllegalStateException if {@link ClientOptions#maxOutstanding} requests are outstanding
   */
  void submitPut(Slice key, Slice value);

  /** Submits a get, as {@link #submitPut} does a put. */
  void submitGet(Slice key);

  /** Submits a delete, as {@link #submitPut} does a put. */
  void submitDelete(Slice key);

  /**
   * Submits a batch, as {@link #submitPut} does a put. Among the other requests it takes effect in
   * the order of submission. Over {@code tcp} the first batch of a connection waits until the
   * server has shown that it carries out transactions, and until what was submitted before is
   * answered.
   *
   * @throws UnsupportedOperationException also for any condition but {@link
   *     io.wisp.store.WriteCondition#ALWAYS}, over {@code tcp}
   */
  void submitWriteAll(WriteBatch batch);

  /** Sends what was submitted. */
  void flush();

  /**
   * Waits for the reply to the oldest outstanding request.
   *
   * @param sink takes the value if that was a get which found one
   * @return what the blocking form of the operation would have returned
   * @throws IllegalStateException if nothing is outstanding
   */
  Status complete(ValueSink sink);

  /**
   * Looks, without waiting, whether the reply to the oldest outstanding request is there, for a
   * caller that has something else to do meanwhile. {@link #complete} then waits for no reply; only
   * a long value that is still in the server's memory, or a lookup there that could not decide, may
   * take a moment more. What was not flushed may never be answered.
   *
   * @return false as well if nothing is outstanding
   * @throws TransportException if the connection is found broken; no timeout is looked at
   */
  boolean isReplyReady();

  /** How many requests were submitted and not yet completed. */
  int outstanding();

  /**
   * Stores a value that expires.
   *
   * @param timeToLiveMillis how long it lives from now, in milliseconds, at least 1
   */
  Status put(Slice key, Slice value, long timeToLiveMillis);

  /**
   * Does what a batch says, all of it or, if the answer is a conflict or an error, nothing; in the
   * eyes of all who read, those included who read the server's memory by themselves, at one moment,
   * as {@link io.wisp.store.Store#writeAll} says it. Its conditions hold at that moment. If there
   * is no answer, because the connection breaks, it has happened or not, and as a whole.
   *
   * <p>It has at most {@link WriteBatch#MAX_KEYS} keys and {@link
   * io.wisp.codec.BatchDescriptor#MAX_LENGTH} bytes: of keys, of values, and {@link
   * io.wisp.codec.BatchDescriptor#HEADER_LENGTH} for each key. In a cluster all keys are of one
   * slot. Expiries are times by the server's clock.
   *
   * <p>Over {@code tcp} a batch is a transaction of Redis. If a server does not keep to what that
   * is, and may have done a part, there is a {@link TransportException} that says so, and the
   * connection is given up. Redis' protocol has no versions, so there is no {@link
   * io.wisp.store.WriteCondition#IF_VERSION}. A condition of another kind is tried again if
   * somebody writes its key meanwhile. When that goes on for as long as the timeout there is a
   * {@link TransportTimeoutException}; nothing was changed, and the connection is as good as
   * before.
   *
   * <p>A server of Redis' protocol has limits of its own. Wisp's watches at most 1 MiB of keys for
   * a connection, so the keys on which there are conditions have no more together; and what
   * transactions write takes at most a quarter of its heap at a time. What is beyond is refused
   * with an error that has no {@link Status}: a {@link TransportException} with the server's words;
   * nothing was changed, and the connection is as good as before. A value that expires needs a
   * server that knows {@code PXAT} (Redis 6.2), and one that keeps its expiry {@code KEEPTTL}
   * (Redis 6.0).
   *
   * <p>A server that logs its writes takes at most {@link
   * io.wisp.store.PendingWrites#MAX_COMMAND_BYTES} bytes of keys and values: beyond that the answer
   * is {@link Status#ENTRY_TOO_LARGE}. When its log has failed, it refuses with an error that has
   * no {@link Status}, whose words begin with MISCONF.
   *
   * @param batch whose memory must not change during the call; it is as it was afterwards
   * @return {@link Status#DONE}; {@link Status#CONFLICT} if a condition does not hold; {@link
   *     Status#TRANSACTION_TOO_LARGE} beyond the limits; {@link Status#UNKNOWN_OPERATION} from a
   *     server that is older than batches, or over {@code tcp} than MULTI; or another error
   * @throws UnsupportedOperationException if the transport cannot keep the promise for such a batch
   */
  Status writeAll(WriteBatch batch);

  /**
   * Adds to a value that is a whole number in decimal digits, as Redis writes one: without leading
   * zeros or a plus. An absent key counts as 0. Nobody else's write comes between the old number
   * and the new one, and when the key expires stays as it is.
   *
   * @param sum is given the new number, once it is stored
   * @return what a put would return; {@link Status#CONFLICT}, with nothing changed, if the value is
   *     no number of 64 bits or the sum would be none; or an error
   */
  Status add(Slice key, long amount, LongConsumer sum);

  /**
   * Whether a key is there.
   *
   * @throws MovedException if the server is not the node of its cluster that has the key
   */
  boolean contains(Slice key);

  /**
   * How long a key still lives.
   *
   * @return milliseconds, {@link #NO_EXPIRY} or {@link #NO_KEY}
   * @throws MovedException as {@link #contains}
   */
  long timeToLive(Slice key);

  /** {@link #timeToLive} of a key that does not expire. */
  long NO_EXPIRY = -1;

  /** {@link #timeToLive} of a key that is not there. */
  long NO_KEY = -2;

  /**
   * Walks over a part of the server's keys, as {@link io.wisp.store.Store#scan} does.
   *
   * @return the next cursor, or 0 at the end
   */
  long scan(long cursor, int atLeast, KeySink sink);

  /** What the server says of itself, as lines of {@code name:value}. */
  String information();

  /**
   * What it says of its cluster, likewise, with other lines or without: as few as the protocol can
   * ask for, because clients and other nodes ask again and again.
   */
  default String clusterInformation() {
    return information();
  }
}
