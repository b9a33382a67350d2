// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a get puts the value that it finds. What it holds counts from when the get has answered
 * {@link Status#FOUND} until the next one begins; otherwise whoever asks gets an {@link
 * IllegalStateException}. So a reader without locks may copy a value before it knows that the
 * record stayed the same meanwhile, copy it again, or answer {@link Status#ABSENT}, and nobody
 * takes such bytes for a value.
 *
 * <p>Every get calls {@link #begin}, then {@link #copy} as often as it likes, and {@link #found}
 * once if it answers {@link Status#FOUND} and never otherwise. A sink belongs to one thread.
 */
public abstract class ValueSink {

  private boolean found;
  private int length;
  private int copied;
  private int wantedFrom;
  private long version;
  private long expiresAt = ExpiryTimes.NEVER;
  private long address = RecordAddress.NONE;

  /**
   * Offers memory for a value. It may be asked several times before a get ends; only the last time
   * counts.
   *
   * @param length the length of the value in bytes
   * @return memory of exactly so many bytes, or of a part of them behind {@link #wantFrom}, or null
   *     if the bytes are not wanted
   */
  protected abstract @Nullable Slice room(int length);

  /**
   * Says where the part of a value begins that is wanted, for all gets until it is said anew. A
   * sink that wants only a part calls it in {@link #room}, whose memory is then as long as the part
   * and no longer than what is left of the value.
   */
  protected final void wantFrom(int first) {
    wantedFrom = first;
  }

  /** A get begins: what was found before does not count any more. */
  public final void begin() {
    found = false;
  }

  /** Copies bytes that may be a value, or may turn out to be none. */
  public final void copy(MemorySegment segment, long offset, int length) {
    this.length = length;
    Slice room = room(length);
    copied = room == null ? 0 : room.length();
    if (room != null) {
      int wanted = copied;
      Objects.checkFromIndexSize(wantedFrom, wanted, length);
      MemorySegment.copy(segment, offset + wantedFrom, room.segment(), room.offset(), wanted);
    }
  }

  /**
   * What was copied last is the value.
   *
   * @param version the record's version, for {@link Store#compareAndSet}; 0 where the transport
   *     does not tell
   * @param expiresAt when the record expires, in milliseconds since the epoch, or {@link
   *     ExpiryTimes#NEVER}
   */
  public final void found(long version, long expiresAt) {
    found(version, expiresAt, RecordAddress.NONE);
  }

  /**
   * What was copied last is the value, and this is where it was copied from.
   *
   * @param address the {@link RecordAddress} of the record, for those who read the store's memory
   */
  public final void found(long version, long expiresAt, long address) {
    this.version = version;
    this.expiresAt = expiresAt;
    this.address = address;
    found = true;
  }

  /** Takes a value that is known to be one. */
  public final void take(
      MemorySegment segment, long offset, int length, long version, long expiresAt) {
    copy(segment, offset, length);
    found(version, expiresAt);
  }

  /** Whether the last get answered {@link Status#FOUND}. */
  public final boolean isFound() {
    return found;
  }

  /** The length of the value in bytes. */
  public final int valueLength() {
    requireFound();
    return length;
  }

  /** How many bytes of it were wanted and copied. */
  public final int copiedLength() {
    requireFound();
    return copied;
  }

  /** The version of the record that the value came from; 0 where the transport does not tell. */
  public final long version() {
    requireFound();
    return version;
  }

  /** When the record expires, in milliseconds since the epoch, or {@link ExpiryTimes#NEVER}. */
  public final long expiresAt() {
    requireFound();
    return expiresAt;
  }

  /**
   * The {@link RecordAddress} of the record that the value came from, or {@link RecordAddress#NONE}
   * where there is no memory that others read.
   */
  public final long address() {
    requireFound();
    return address;
  }

  /**
   * To be called before anything of a value is handed out.
   *
   * @throws IllegalStateException if the last get found none
   */
  protected final void requireFound() {
    if (!found) {
      throw new IllegalStateException("the last get found no value");
    }
  }
}
