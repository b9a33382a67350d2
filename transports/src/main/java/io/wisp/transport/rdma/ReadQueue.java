// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TokenQueue;
import io.wisp.verbs.QueuePair;
import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import java.util.Arrays;

/**
 * READs of one connection: batches of them, each with a token that tells when all of it has
 * arrived. What does not fit into the send queue waits here until completions make room. It belongs
 * to one thread, and allocates nothing once it is as long as it needs to be.
 *
 * <p>All that are posted with one call share a completion, except that a batch has its own: a
 * reliable connection completes its READs in their order.
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
  private final SendBatch batch = new SendBatch(CHAIN);
  private final TokenQueue completed = new TokenQueue();

  // Those that wait, from first to end, modulo the length, which is a power of two; those before
  // ready belong to batches that are complete and may be posted.
  private Read[] reads = newReads(DEPTH);
  private int first;
  private int ready;
  private int end;

  // Those posted, by the completions that they will have: how many requests each stands for, and
  // the token of the batch that it ends.
  private final int[] groupSizes = new int[DEPTH];
  private final int[] groupTokens = new int[DEPTH];
  private int firstGroup;
  private int endGroup;
  private int inQueue;

  /** A queue whose requests complete with an id. */
  ReadQueue(QueuePair pair, long id) {
    this.pair = pair;
    for (int i = 0; i < CHAIN; i++) {
      batch.id(i, id);
    }
  }

  /** Adds a READ to the batch that {@link #post} completes. */
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
    if (end - first == reads.length) {
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
    for (int i = first; i != end; i++) {
      longer[i & (longer.length - 1)] = at(i);
    }
    reads = longer;
  }

  private static Read[] newReads(int length) {
    Read[] reads = new Read[length];
    Arrays.setAll(reads, i -> new Read());
    return reads;
  }

  /** Completes a batch, of at least one READ, and posts what there is room for. */
  void post(int token) {
    if (end == ready) {
      throw new IllegalStateException("a batch without a read");
    }
    at(end - 1).token = token;
    ready = end;
    post();
  }

  private void post() {
    while (first != ready && inQueue < DEPTH) {
      int count = Math.min(Math.min(CHAIN, DEPTH - inQueue), ready - first);
      int groupStart = 0;
      for (int i = 0; i < count; i++) {
        Read read = at(first++);
        batch.read(i, read.remoteAddress, read.remoteKey);
        batch.local(i, read.localAddress, read.length, read.localKey);
        if (read.token == NO_TOKEN && i < count - 1) {
          batch.flags(i, SendFlags.NONE);
        } else {
          batch.flags(i, SendFlags.SIGNALED);
          groupSizes[endGroup % DEPTH] = i + 1 - groupStart;
          groupTokens[endGroup % DEPTH] = read.token;
          endGroup = (endGroup + 1) % (2 * DEPTH);
          groupStart = i + 1;
        }
      }
      inQueue += count;
      pair.post(batch, count);
    }
  }

  /** A completion has come. The answer is whether a batch has arrived with it. */
  boolean completed() {
    int size = groupSizes[firstGroup % DEPTH];
    int token = groupTokens[firstGroup % DEPTH];
    firstGroup = (firstGroup + 1) % (2 * DEPTH);
    inQueue -= size;
    if (token != NO_TOKEN) {
      completed.add(token);
    }
    post();
    return token != NO_TOKEN;
  }

  /** The token of the next batch that has arrived, or -1. */
  int next() {
    return completed.poll();
  }
}
