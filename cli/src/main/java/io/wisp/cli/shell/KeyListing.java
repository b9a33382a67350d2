// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.transport.Client;
import io.wisp.transport.tcp.command.GlobMatch;
import io.wisp.transport.tcp.command.GlobPattern;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Which of a server's keys to show. They are asked for in steps, as every transport can, and chosen
 * here.
 */
final class KeyListing {

  private static final int STEP = 1000;

  private final Predicate<byte[]> wanted;
  private final long limit;

  private KeyListing(Predicate<byte[]> wanted, long limit) {
    this.wanted = wanted;
    this.limit = limit;
  }

  /** All keys; one that moves meanwhile may appear twice. */
  static KeyListing all() {
    return new KeyListing(_ -> true, Long.MAX_VALUE);
  }

  /** So many keys, of which one may appear twice. */
  static KeyListing of(byte[] count) {
    return new KeyListing(_ -> true, Numbers.parse("scan", count, 1, Long.MAX_VALUE));
  }

  /**
   * The keys that match a pattern, each once.
   *
   * @throws SyntaxException if the pattern is too long
   */
  static KeyListing matching(byte[] pattern) {
    if (pattern.length > GlobPattern.MAX_LENGTH) {
      throw new SyntaxException(
          "the pattern has "
              + pattern.length
              + " bytes, and "
              + GlobPattern.MAX_LENGTH
              + " is the most");
    }
    GlobPattern glob = new GlobPattern(pattern);
    Set<ByteBuffer> seen = new HashSet<>();
    return new KeyListing(
        key -> GlobMatch.matches(glob, key) && seen.add(ByteBuffer.wrap(key)), Long.MAX_VALUE);
  }

  /**
   * Gives the keys on.
   *
   * @return how many there were
   */
  long show(Client client, Consumer<byte[]> sink) {
    long[] shown = {0};
    long cursor = 0;
    do {
      int step = (int) Math.min(limit - shown[0], STEP);
      cursor =
          client.scan(
              cursor,
              step,
              (segment, offset, length) -> {
                byte[] key = bytes(segment, offset, length);
                if (shown[0] < limit && wanted.test(key)) {
                  shown[0]++;
                  sink.accept(key);
                }
              });
    } while (cursor != 0 && shown[0] < limit);
    return shown[0];
  }

  private static byte[] bytes(MemorySegment segment, long offset, int length) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    return bytes;
  }
}
