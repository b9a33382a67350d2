// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;

/** What LCS is asked for, and what of it was found so far. */
final class LcsReply {

  /** Bytes that are the same in both values: where they begin in each, and how many they are. */
  private record Match(int first, int second, int length) {}

  private final List<Match> matches = new ArrayList<>();
  private boolean length;
  private boolean matched;
  private boolean withMatchLengths;
  private long minMatchLength;

  void asLength() {
    length = true;
  }

  void asMatches() {
    matched = true;
  }

  void withMatchLengths() {
    withMatchLengths = true;
  }

  void minMatchLength(long minMatchLength) {
    this.minMatchLength = minMatchLength;
  }

  boolean isAmbiguous() {
    return length && matched;
  }

  /** Whether the length is all that is asked for. */
  boolean isLength() {
    return length;
  }

  /** Notes a match, if it is long enough. */
  void match(int first, int second, int length) {
    if (length >= minMatchLength) {
      matches.add(new Match(first, second, length));
    }
  }

  /**
   * Replies.
   *
   * @param subsequence the longest that both values have
   */
  void write(ReplyWriter reply, int subsequenceLength, byte[] subsequence) {
    if (length) {
      reply.integer(subsequenceLength);
    } else if (matched) {
      writeMatches(reply, subsequenceLength);
    } else {
      reply.bulk(subsequence);
    }
  }

  private void writeMatches(ReplyWriter reply, int subsequenceLength) {
    reply.map(2);
    reply.bulk("matches");
    reply.array(matches.size());
    for (Match match : matches) {
      reply.array(withMatchLengths ? 3 : 2);
      writeRange(reply, match.first(), match.length());
      writeRange(reply, match.second(), match.length());
      if (withMatchLengths) {
        reply.integer(match.length());
      }
    }
    reply.bulk("len");
    reply.integer(subsequenceLength);
  }

  private static void writeRange(ReplyWriter reply, int first, int length) {
    reply.array(2);
    reply.integer(first);
    reply.integer(first + length - 1);
  }
}
