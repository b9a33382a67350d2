// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.SlotChange;
import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the log: what becomes of each of its keys, decided. All numbers are little-endian.
 *
 * <pre>
 *  0  1 byte    format: 1
 *  1  1 byte    bit 0: all records that are there go first; bit 1: there is a step of a move
 *  2  8 bytes   version of the first write; each write has the next one
 * 10  4 bytes   how many writes follow
 * then for each write
 *     1 byte    0: put, 1: delete
 *     2 bytes   length of the key, 1 to 65535
 *     key
 *     and of a put
 *     8 bytes   expiry in milliseconds since the epoch, 0: never
 *     4 bytes   length of the value, 0 to 64 MiB
 *     value
 * and of a step of a move of slots
 *     2 bytes   length of its text, 1 to 65535
 *     text      as SlotChange has it
 * </pre>
 *
 * <p>To go first is a write as well, and has the first version; a step is one, too, and has the
 * last. An entry without writes changes nothing. What guards the bytes is the checksum of the log's
 * own.
 */
final class Entry {

  /** Longer than the longest: what all commands of an entry may write, and what is said of it. */
  static final int MAX_BYTES = 20 << 20;

  private static final byte FORMAT = 1;
  private static final int CLEARS = 1;
  private static final int CHANGES_SLOTS = 2;
  private static final int KNOWN_FLAGS = CLEARS | CHANGES_SLOTS;
  private static final byte PUT = 0;
  private static final byte DELETE = 1;
  private static final int HEADER = 14;
  private static final int KEY_HEAD = 3;
  private static final int VALUE_HEAD = 12;
  private static final int TEXT_HEAD = 2;
  private static final byte[] NO_TEXT = {};

  /** Versions have 48 bits. */
  private static final long LAST_VERSION = (1L << 48) - 1;

  /** Takes what an entry says. */
  interface Sink {

    /** A value under a key; both are valid during the call. */
    void put(Slice key, Slice value, long expiresAt, long version);

    /** The lack of one. */
    void delete(Slice key, long version);
  }

  private final long first;
  private final boolean clears;
  private final int count;
  private final byte[] bytes;
  private final @Nullable SlotChange change;

  private Entry(long first, boolean clears, int count, byte[] bytes, @Nullable SlotChange change) {
    this.first = first;
    this.clears = clears;
    this.count = count;
    this.bytes = bytes;
    this.change = change;
  }

  /** The version of its first write. */
  long first() {
    return first;
  }

  /** Whether all records that are there go first. */
  boolean clears() {
    return clears;
  }

  /** How many puts and deletions it has. */
  int count() {
    return count;
  }

  /** The step of a move of slots that follows the writes, or null. */
  @Nullable SlotChange change() {
    return change;
  }

  /** How many versions it takes. */
  int versions() {
    return count + (clears ? 1 : 0) + (change == null ? 0 : 1);
  }

  /** The version of its last write; that before the first if it has none. */
  long last() {
    return first + versions() - 1;
  }

  /** The bytes for what a batch says, whose conditions are not looked at. */
  static byte[] encode(long first, boolean clears, WriteBatch writes) {
    return encode(first, clears, writes, null);
  }

  /** Likewise, with a step of a move of slots behind it. */
  static byte[] encode(long first, boolean clears, WriteBatch writes, @Nullable SlotChange change) {
    byte[] text = change == null ? NO_TEXT : change.text().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[length(writes, text.length == 0 ? 0 : TEXT_HEAD + text.length)];
    ByteBuffer to = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int flags = (clears ? CLEARS : 0) | (change == null ? 0 : CHANGES_SLOTS);
    to.put(FORMAT).put((byte) flags).putLong(first).putInt(count(writes));
    for (int i = 0; i < writes.size(); i++) {
      WriteBatch.Entry write = writes.get(i);
      if (write.change() != Change.NONE) {
        to.put(write.change() == Change.PUT ? PUT : DELETE).putShort((short) write.key().length());
        append(write.key(), bytes, to);
        if (write.change() == Change.PUT) {
          to.putLong(write.expiresAt()).putInt(write.value().length());
          append(write.value(), bytes, to);
        }
      }
    }
    if (change != null) {
      to.putShort((short) text.length).put(text);
    }
    return bytes;
  }

  private static int length(WriteBatch writes, int lengthOfStep) {
    long length = (long) HEADER + lengthOfStep;
    for (int i = 0; i < writes.size(); i++) {
      WriteBatch.Entry write = writes.get(i);
      length +=
          switch (write.change()) {
            case PUT -> KEY_HEAD + write.key().length() + VALUE_HEAD + write.value().length();
            case DELETE -> KEY_HEAD + write.key().length();
            case NONE -> 0;
          };
    }
    if (length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "an entry has " + length + " bytes, and " + MAX_BYTES + " is the most");
    }
    return (int) length;
  }

  private static int count(WriteBatch writes) {
    int count = 0;
    for (int i = 0; i < writes.size(); i++) {
      count += writes.get(i).change() == Change.NONE ? 0 : 1;
    }
    return count;
  }

  /** Copies to where the buffer over the bytes stands. */
  private static void append(Slice from, byte[] bytes, ByteBuffer to) {
    MemorySegment.copy(
        from.segment(), ValueLayout.JAVA_BYTE, from.offset(), bytes, to.position(), from.length());
    to.position(to.position() + from.length());
  }

  /**
   * Looks at all that bytes say.
   *
   * @throws MalformedEntryException if they are no entry
   */
  static Entry decode(byte[] bytes) throws MalformedEntryException {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    require(bytes.length >= HEADER, from, "has fewer bytes than its head");
    byte format = from.get();
    require(format == FORMAT, from, "is of format " + format + ", and this version knows 1");
    int flags = from.get();
    require((flags & ~KNOWN_FLAGS) == 0, from, "has flags that this version does not know");
    long first = from.getLong();
    int count = from.getInt();
    require(count >= 0 && count <= WriteBatch.MAX_KEYS, from, "has " + count + " writes");
    boolean clears = (flags & CLEARS) != 0;
    require(first > 0 && first <= LAST_VERSION - count - 2, from, "has the version " + first);
    Entry entry = new Entry(first, clears, count, bytes, null);
    ByteBuffer rest =
        entry.walk(
            new Sink() {
              @Override
              public void put(Slice key, Slice value, long expiresAt, long version) {}

              @Override
              public void delete(Slice key, long version) {}
            });
    SlotChange change = (flags & CHANGES_SLOTS) == 0 ? null : readChange(rest);
    require(!rest.hasRemaining(), rest, "goes on behind its last write");
    return change == null ? entry : new Entry(first, clears, count, bytes, change);
  }

  private static SlotChange readChange(ByteBuffer from) throws MalformedEntryException {
    require(from.remaining() >= TEXT_HEAD, from, "ends in a step of a move of slots");
    int length = Short.toUnsignedInt(from.getShort());
    require(from.remaining() >= length, from, "ends in a step of a move of slots");
    byte[] text = new byte[length];
    from.get(text);
    try {
      return SlotChange.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new MalformedEntryException("an entry has a step that is none: " + e.getMessage());
    }
  }

  /** Gives each write in its order. */
  void forEach(Sink sink) {
    try {
      var _ = walk(sink);
    } catch (MalformedEntryException e) {
      throw new IllegalStateException("an entry was well-formed, and is not any more", e);
    }
  }

  /** The answer is what lies behind the last write. */
  private ByteBuffer walk(Sink sink) throws MalformedEntryException {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(HEADER);
    MemorySegment memory = MemorySegment.ofArray(bytes);
    Slice key = new Slice();
    Slice value = new Slice();
    long version = first + (clears ? 1 : 0);
    for (int i = 0; i < count; i++) {
      require(from.remaining() >= KEY_HEAD, from, "ends in a write");
      byte kind = from.get();
      require(kind == PUT || kind == DELETE, from, "has a write of kind " + kind);
      int keyLength = Short.toUnsignedInt(from.getShort());
      require(keyLength > 0, from, "has an empty key");
      take(from, keyLength, memory, key);
      if (kind == DELETE) {
        sink.delete(key, version++);
      } else {
        require(from.remaining() >= VALUE_HEAD, from, "ends in a write");
        long expiresAt = from.getLong();
        require(expiresAt >= 0, from, "has the expiry " + expiresAt);
        int valueLength = from.getInt();
        require(
            valueLength >= 0 && valueLength <= Limits.MAX_VALUE_LENGTH,
            from,
            "has a value of " + valueLength + " bytes");
        take(from, valueLength, memory, value);
        sink.put(key, value, expiresAt, version++);
      }
    }
    return from;
  }

  private static void take(ByteBuffer from, int length, MemorySegment memory, Slice slice)
      throws MalformedEntryException {
    require(from.remaining() >= length, from, "ends in a key or a value");
    slice.set(memory, from.position(), length);
    from.position(from.position() + length);
  }

  private static void require(boolean holds, ByteBuffer from, String otherwise)
      throws MalformedEntryException {
    if (!holds) {
      throw new MalformedEntryException(
          "an entry " + otherwise + ", at byte " + from.position() + " of " + from.limit());
    }
  }
}
