// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import java.util.List;

/**
 * What both ends of a link have to agree on.
 *
 * @param device the name of the RDMA device, or {@link #ANY_DEVICE}
 * @param size bytes of a message, at least 1
 * @param inline up to how many bytes a request carries its message in itself
 * @param sendDepth how many requests may be under way
 */
record LinkOptions(String device, VerbsOperation operation, int size, int inline, int sendDepth) {

  static final String ANY_DEVICE = "any";

  /** As perftest has it for SEND. */
  private static final int RECEIVE_DEPTH = 512;

  private static final int WORDS = 5;

  LinkOptions {
    if (size < 1 || inline < 0 || sendDepth < 1) {
      throw new IllegalArgumentException(
          "size and sendDepth must be at least 1, inline at least 0: "
              + String.join(", ", "" + size, "" + sendDepth, "" + inline));
    }
  }

  /** For one message at a time, as perftest's latency tests have it. */
  static LinkOptions roundTrip(String device, VerbsOperation operation, int size, int inline) {
    return new LinkOptions(device, operation, size, inline, 1);
  }

  int receiveDepth() {
    return operation == VerbsOperation.SEND ? RECEIVE_DEPTH : 1;
  }

  boolean inlined() {
    return size <= inline;
  }

  /** Whether the other end has no part in it. */
  boolean oneWay() {
    return operation == VerbsOperation.READ || sendDepth > 1;
  }

  LinkOptions on(String anotherDevice) {
    return new LinkOptions(anotherDevice, operation, size, inline, sendDepth);
  }

  /** Words for a pipe. */
  List<String> words() {
    return List.of(device, operation.label(), "" + size, "" + inline, "" + sendDepth);
  }

  static LinkOptions parse(List<String> words) {
    if (words.size() != WORDS) {
      throw new IllegalArgumentException("a link has " + WORDS + " options, not " + words);
    }
    return new LinkOptions(
        words.get(0),
        VerbsOperation.labelled(words.get(1)),
        Integer.parseInt(words.get(2)),
        Integer.parseInt(words.get(3)),
        Integer.parseInt(words.get(4)));
  }
}
