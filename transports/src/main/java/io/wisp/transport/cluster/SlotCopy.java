// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Carries the records of a move from the master of one shard to that of another. */
final class SlotCopy {

  /** Only so few keys are left to send when the source serves the slots no more. */
  private static final int FEW_CHANGES = 64;

  /** How often what was written meanwhile is sent before that. */
  private static final int MOST_ROUNDS = 10_000;

  /** Records of a request: as many as its arguments may be. */
  private static final int MOST_RECORDS = 40;

  /** Bytes of values of a request, unless one value has more. */
  private static final int ENOUGH_BYTES = 512 << 10;

  private static final int FIELDS = 3;

  private final long id;
  private final NodeWire source;
  private final NodeWire target;
  private long records;

  /** That of a move of a number. */
  SlotCopy(long id, NodeWire source, NodeWire target) {
    this.id = id;
    this.source = source;
    this.target = target;
  }

  /** How many it has carried. */
  long records() {
    return records;
  }

  /** Carries what there is. */
  void all() throws IOException {
    String cursor = NodeWire.AT_END;
    do {
      List<byte[]> read = source.call("MOVESLOTS", "READ", id, cursor);
      cursor = new String(read.getFirst(), StandardCharsets.US_ASCII);
      store(read);
      // What was too much for one answer waits with what was written, and only so many may wait.
      catchUp();
    } while (!cursor.equals(NodeWire.AT_END));
  }

  /** Carries what was written meanwhile, until little is left. */
  void catchUp() throws IOException {
    for (int i = 0; i < MOST_ROUNDS; i++) {
      if (changes() <= FEW_CHANGES) {
        return;
      }
    }
    throw new IOException("more is written to the slots than can be sent");
  }

  /** Carries what is left, when nothing more is written to these slots. */
  void rest() throws IOException {
    long left;
    do {
      left = changes();
    } while (left > 0);
  }

  /** The answer is how many keys are still to be sent. */
  private long changes() throws IOException {
    List<byte[]> changes = source.call("MOVESLOTS", "CHANGES", id);
    store(changes);
    try {
      return Long.parseLong(new String(changes.getFirst(), StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      throw new IOException("the source does not say how many changes there are", e);
    }
  }

  /**
   * Stores records, which lie behind one other word, by requests that go together. A record of many
   * bytes goes alone, for with others it could be more than a command may write.
   */
  private void store(List<byte[]> words) throws IOException {
    int requests = 0;
    int at = 1;
    while (at + FIELDS <= words.size()) {
      List<Object> request = new ArrayList<>(List.of("MOVESLOTS", "STORE", id));
      int bytes = 0;
      int end = Math.min(words.size(), at + FIELDS * MOST_RECORDS);
      do {
        request.addAll(words.subList(at, at + FIELDS));
        bytes += bytesAt(at, words);
        at += FIELDS;
        records++;
      } while (at + FIELDS <= end && bytes + bytesAt(at, words) <= ENOUGH_BYTES);
      target.send(request.toArray());
      requests++;
    }
    target.answers(requests);
  }

  private static int bytesAt(int at, List<byte[]> words) {
    return words.get(at).length + words.get(at + 2).length;
  }
}
