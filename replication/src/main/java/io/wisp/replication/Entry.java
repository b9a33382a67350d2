// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An entry of the log: what becomes of each of its keys, decided. All numbers are little-endian.
 *
 * <pre>
 *  0  1 byte    format: 1
 *  1  1 byte    bit 0: all records that are there go first
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
 * </pre>
 *
 * <p>To go first is a write as well, and has the first version. An entry without writes changes
 * nothing. What guards the bytes is the checksum of the log's own.
 */
final class Entry {

  /** Longer than the longest: what all commands of an entry may write, and what is said of it. */
  static final int MAX_BYTES = 20 << 20;

  private static final byte FORMAT = 1;
  private static final int CLEARS = 1;
  private static final byte PUT = 0;
  private static final byte DELETE = 1;
  private static final int HEADER = 14;
  private static final int KEY_HEAD = 3;
  private static final int VALUE_HEAD = 12;

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

  private Entry(long first, boolean clears, int count, byte[] bytes) {
    this.first = first;
    this.clears = clears;
    this.count = count;
    this.bytes = bytes;
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

  /** How many versions it takes. */
  int versions() {
    return count + (clears ? 1 : 0);
  }

  /** The version of its last write; that before the first if it has none. */
  long last() {
    return first + versions() - 1;
  }

  /** The bytes for what a batch says, whose conditions are not looked at. */
  static byte[] encode(long first, boolean clears, WriteBatch writes) {
    byte[] bytes = new byte[length(writes)];
    ByteBuffer to = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    to.put(FORMAT).put((byte) (clears ? CLEARS : 0)).putLong(first).putInt(count(writes));
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
    return bytes;
  }

  private static int length(WriteBatch writes) {
    long length = HEADER;
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
    require((flags & ~CLEARS) == 0, from, "has flags that this version does not know");
    long first = from.getLong();
    int count = from.getInt();
    require(count >= 0 && count <= WriteBatch.MAX_KEYS, from, "has " + count + " writes");
    boolean clears = (flags & CLEARS) != 0;
    require(first > 0 && first <= LAST_VERSION - count - 1, from, "has the version " + first);
    Entry entry = new Entry(first, clears, count, bytes);
    entry.walk(
        new Sink() {
          @Override
          public void put(Slice key, Slice value, long expiresAt, long version) {}

          @Override
          public void delete(Slice key, long version) {}
        });
    return entry;
  }

  /** Gives each write in its order. */
  void forEach(Sink sink) {
    try {
      walk(sink);
    } catch (MalformedEntryException e) {
      throw new IllegalStateException("an entry was well-formed, and is not any more", e);
    }
  }

  private void walk(Sink sink) throws MalformedEntryException {
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
    require(!from.hasRemaining(), from, "goes on behind its last write");
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
