// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TokenQueue;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.verbs.QueuePair;
import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import java.util.Arrays;

/**
 * READs of one connection: batches of them, each with a token that tells when all of it has
 * arrived. What does not fit into the send queue waits here until completions make room. It belongs
 * to one thread, and allocates nothing once it is as long as it needs to be.
 *
 * <p>All that are posted with one call share a completion: a reliable connection completes its
 * READs in their order, so the last one speaks for all.
 */
final class ReadQueue {

  /** Requests in the send queue. */
  static final int DEPTH = 64;

  private static final int LONGEST_READ = 1 << 20;
  private static final int CHAIN = 16;
  private static final int NO_TOKEN = TokenQueue.NONE;

  /** One READ, used again for later ones. */
  private static final class Read {
    private long remoteAddress;
    private long localAddress;
    private int remoteKey;
    private int localKey;
    private int length;
    private int token;
  }

  private final QueuePair pair;
  private final FabricCounters counters;
  private final SendBatch batch = new SendBatch(CHAIN);
  private final TokenQueue completed = new TokenQueue();

  // Those that are posted, from posted to first, and those that wait, from first to end, modulo the
  // length, which is a power of two; those before ready belong to batches that are closed.
  private Read[] reads = newReads(DEPTH);
  private int posted;
  private int first;
  private int ready;
  private int end;

  /** How many READs each completion stands for that will come, oldest first. */
  private final TokenQueue chains = new TokenQueue();

  /** A queue whose requests complete with an id. */
  ReadQueue(QueuePair pair, long id, FabricCounters counters) {
    this.pair = pair;
    this.counters = counters;
    for (int i = 0; i < CHAIN; i++) {
      batch.id(i, id);
    }
  }

  /** Adds a READ to the batch that {@link #close} closes. */
  void add(long remoteAddress, int remoteKey, long localAddress, int localKey, int length) {
    int done = 0;
    do {
      int piece = Math.min(LONGEST_READ, length - done);
      addPiece(remoteAddress + done, remoteKey, localAddress + done, localKey, piece);
      done += piece;
    } while (done < length);
  }

  private void addPiece(
      long remoteAddress, int remoteKey, long localAddress, int localKey, int length) {
    if (end - posted == reads.length) {
      grow();
    }
    Read read = at(end++);
    read.remoteAddress = remoteAddress;
    read.localAddress = localAddress;
    read.remoteKey = remoteKey;
    read.localKey = localKey;
    read.length = length;
    read.token = NO_TOKEN;
  }

  private Read at(int position) {
    return reads[position & (reads.length - 1)];
  }

  private void grow() {
    Read[] longer = newReads(2 * reads.length);
    for (int i = posted; i != end; i++) {
      longer[i & (longer.length - 1)] = at(i);
    }
    reads = longer;
  }

  private static Read[] newReads(int length) {
    Read[] reads = new Read[length];
    Arrays.setAll(reads, i -> new Read());
    return reads;
  }

  /** Closes a batch, of at least one READ. */
  void close(int token) {
    if (end == ready) {
      throw new IllegalStateException("a batch without a read");
    }
    at(end - 1).token = token;
    ready = end;
  }

  /** Posts what was closed, as far as there is room in the send queue. */
  void post() {
    while (first != ready && first - posted < DEPTH) {
      int count = Math.min(Math.min(CHAIN, DEPTH - (first - posted)), ready - first);
      for (int i = 0; i < count; i++) {
        Read read = at(first++);
        batch.read(i, read.remoteAddress, read.remoteKey);
        batch.local(i, read.localAddress, read.length, read.localKey);
        batch.flags(i, i < count - 1 ? SendFlags.NONE : SendFlags.SIGNALED);
      }
      chains.add(count);
      counters.posted(count);
      pair.post(batch, count);
    }
  }

  /** A completion has come. The answer is whether a batch has arrived with it. */
  boolean completed() {
    boolean any = false;
    for (int count = chains.poll(); count > 0; count--) {
      int token = at(posted++).token;
      if (token != NO_TOKEN) {
        completed.add(token);
        any = true;
      }
    }
    post();
    return any;
  }

  /** The token of the next batch that has arrived, or -1. */
  int next() {
    return completed.poll();
  }
}
