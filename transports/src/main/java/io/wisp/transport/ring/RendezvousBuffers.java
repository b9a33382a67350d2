// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Memory for requests and replies that are too long for a ring, within a budget. The last buffer
 * that was given back is kept for the next who wants one, since making one is slow, until many
 * short ones have come in a row. It belongs to one thread.
 */
public final class RendezvousBuffers implements AutoCloseable {

  private static final long GRANULARITY = 1 << 20;

  /** Long requests and replies are rare, or they are not; after so many short ones they are. */
  private static final int SHORT_BEFORE_TRIMMING = 1_024;

  /** A budget without limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private final BufferSource source;
  private final long budget;
  private long total;
  private long returns;
  private @Nullable LocalBuffer spare;
  private int shortInARow;

  /** Buffers that have no more bytes together than a budget; a single one may have more. */
  public RendezvousBuffers(BufferSource source, long budget) {
    this.source = source;
    this.budget = budget;
  }

  /**
   * A buffer of at least so many bytes, or null while others hold too much.
   *
   * @throws io.wisp.transport.TransportException if the system has no memory for it
   */
  public @Nullable LocalBuffer take(long bytes) {
    return take(bytes, null);
  }

  /**
   * A buffer for whoever is about to give another one back, which does not count: so the long reply
   * to a long request finds room wherever the request did, if it is no longer.
   *
   * @param held what the taker holds, or null
   */
  public @Nullable LocalBuffer take(long bytes, @Nullable LocalBuffer held) {
    LocalBuffer kept = spare;
    if (kept != null && kept.memory().byteSize() >= bytes && kept.isWhole()) {
      spare = null;
      return kept;
    }
    trim();
    long size = (bytes + GRANULARITY - 1) / GRANULARITY * GRANULARITY;
    long others = total - (held == null ? 0 : held.memory().byteSize());
    if (others > 0 && others + size > budget) {
      return null;
    }
    LocalBuffer made = source.allocate(size);
    total += made.memory().byteSize();
    return made;
  }

  /** {@link #take(long)} where the budget has no limit. */
  public LocalBuffer takeUnlimited(long bytes) {
    return Objects.requireNonNull(take(bytes), "the budget has a limit");
  }

  /** Gives a buffer back that was taken, if there is one. */
  public void giveBack(@Nullable LocalBuffer buffer) {
    if (buffer == null) {
      return;
    }
    returns++;
    shortInARow = 0;
    LocalBuffer kept = spare;
    if (kept == null) {
      spare = buffer;
    } else if (kept.memory().byteSize() < buffer.memory().byteSize()) {
      spare = buffer;
      free(kept);
    } else {
      free(buffer);
    }
  }

  /** How often a buffer was given back: whoever got none may try again when this has grown. */
  public long returns() {
    return returns;
  }

  /** A request or a reply has come that needed no such memory. */
  public void noteShort() {
    if (++shortInARow == SHORT_BEFORE_TRIMMING) {
      trim();
    }
  }

  /** Frees what is kept for the next. */
  private void trim() {
    LocalBuffer kept = spare;
    if (kept != null) {
      spare = null;
      free(kept);
    }
  }

  private void free(LocalBuffer buffer) {
    total -= buffer.memory().byteSize();
    buffer.close();
  }

  @Override
  public void close() {
    trim();
  }
}
