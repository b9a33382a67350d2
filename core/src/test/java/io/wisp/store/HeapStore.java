// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Store} in two maps under one lock: slow and obviously right, the model that tests hold
 * other stores against and the store behind the servers that they start.
 *
 * <p>Its memory is counted as the bytes of keys and values. A scan goes by the order in which keys
 * were created, which a replacement keeps, so nothing moves.
 */
public final class HeapStore implements Store {

  private record Entry(
      long position, ByteBuffer key, ByteBuffer value, long version, long expiresAt) {

    long bytes() {
      return (long) key.remaining() + value.remaining();
    }
  }

  private final Map<ByteBuffer, Entry> byKey = new HashMap<>();
  private final TreeMap<Long, Entry> byPosition = new TreeMap<>();
  private final long capacityBytes;
  private final LongSupplier clock;
  private long lastPosition;
  private long lastVersion;
  private long bytes;
  private long expired;

  /** A store that is never full, by the system's clock. */
  public HeapStore() {
    this(Long.MAX_VALUE);
  }

  /** A store for so many bytes of keys and values, by the system's clock. */
  public HeapStore(long capacityBytes) {
    this(capacityBytes, System::currentTimeMillis);
  }

  /** A store by a clock of milliseconds since the epoch. */
  public HeapStore(long capacityBytes, LongSupplier clock) {
    this.capacityBytes = capacityBytes;
    this.clock = clock;
  }

  @Override
  public long currentTimeMillis() {
    return clock.getAsLong();
  }

  @Override
  public synchronized Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    Status refusal = Status.refusalOf(key, value);
    if (refusal != null) {
      return refusal;
    }
    Entry present = find(key);
    if (!holds(present, condition, expectedVersion)) {
      return Status.CONFLICT;
    }
    long ownExpiry = present == null ? NEVER : present.expiresAt();
    Entry entry =
        new Entry(
            present == null ? lastPosition + 1 : present.position(),
            ByteBuffer.wrap(key.toByteArray()),
            ByteBuffer.wrap(value.toByteArray()),
            lastVersion + 1,
            expiresAt == KEEP_EXPIRY ? ownExpiry : expiresAt);
    long growth = entry.bytes() - (present == null ? 0 : present.bytes());
    if (growth > capacityBytes - bytes) {
      return Status.OUT_OF_MEMORY;
    }
    if (present == null) {
      lastPosition++;
    }
    lastVersion++;
    insert(entry);
    return present == null ? Status.CREATED : Status.REPLACED;
  }

  private static boolean holds(
      @Nullable Entry present, WriteCondition condition, long expectedVersion) {
    return switch (condition) {
      case ALWAYS -> true;
      case IF_ABSENT -> present == null;
      case IF_PRESENT -> present != null;
      case IF_VERSION -> present != null && present.version() == expectedVersion;
    };
  }

  @Override
  public synchronized Status writeAll(WriteBatch batch) {
    Status refusal = batch.refusal();
    if (refusal != null) {
      return refusal;
    }
    long growth = 0;
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry wanted = batch.get(i);
      Entry present = find(wanted.key());
      if (!holds(present, wanted.condition(), wanted.expectedVersion())) {
        return Status.CONFLICT;
      }
      if (wanted.change() == WriteBatch.Change.PUT) {
        growth += (long) wanted.key().length() + wanted.value().length();
        growth -= present == null ? 0 : present.bytes();
      }
    }
    if (growth > capacityBytes - bytes) {
      return Status.OUT_OF_MEMORY;
    }
    // Not by writing one after another: what shrinks may come after what grows.
    for (int i = 0; i < batch.size(); i++) {
      change(batch.get(i));
    }
    return Status.DONE;
  }

  private void change(WriteBatch.Entry wanted) {
    Entry present = find(wanted.key());
    switch (wanted.change()) {
      case PUT -> {
        ByteBuffer key = ByteBuffer.wrap(wanted.key().toByteArray());
        ByteBuffer value = ByteBuffer.wrap(wanted.value().toByteArray());
        long position = present == null ? ++lastPosition : present.position();
        long ownExpiry = present == null ? NEVER : present.expiresAt();
        long expiresAt = wanted.expiresAt() == KEEP_EXPIRY ? ownExpiry : wanted.expiresAt();
        long version = wanted.version() == 0 ? lastVersion + 1 : wanted.version();
        lastVersion = Math.max(lastVersion, version);
        insert(new Entry(position, key, value, version, expiresAt));
      }
      case DELETE -> {
        if (present != null) {
          remove(present);
        }
      }
      case NONE -> {}
    }
  }

  @Override
  public synchronized Status get(Slice key, ValueSink sink) {
    sink.begin();
    Status refusal = Status.refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    Entry entry = find(key);
    if (entry == null) {
      return Status.ABSENT;
    }
    ByteBuffer value = entry.value();
    sink.take(
        MemorySegment.ofBuffer(value), 0, value.remaining(), entry.version(), entry.expiresAt());
    return Status.FOUND;
  }

  @Override
  public synchronized Status delete(Slice key) {
    return change(key, any -> true, this::remove, Status.DELETED);
  }

  @Override
  public synchronized Status deleteIfVersion(Slice key, long expectedVersion) {
    return change(key, version -> version == expectedVersion, this::remove, Status.DELETED);
  }

  @Override
  public synchronized Status expire(Slice key, long expiresAt) {
    return change(key, any -> true, entry -> expire(entry, expiresAt), Status.FOUND);
  }

  @Override
  public synchronized Status expireIfVersion(Slice key, long expiresAt, long expectedVersion) {
    return change(
        key,
        version -> version == expectedVersion,
        entry -> expire(entry, expiresAt),
        Status.FOUND);
  }

  private void expire(Entry entry, long expiresAt) {
    insert(new Entry(entry.position(), entry.key(), entry.value(), ++lastVersion, expiresAt));
  }

  /** Changes the entry of a key if it has such a version; then the answer is {@code changed}. */
  private Status change(Slice key, LongPredicate version, Consumer<Entry> change, Status changed) {
    Status refusal = Status.refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    Entry entry = find(key);
    if (entry == null) {
      return Status.ABSENT;
    }
    if (!version.test(entry.version())) {
      return Status.CONFLICT;
    }
    change.accept(entry);
    return changed;
  }

  @Override
  public synchronized boolean contains(Slice key) {
    return find(key) != null;
  }

  @Override
  public synchronized long size() {
    return byKey.size();
  }

  @Override
  public synchronized void clear() {
    byKey.clear();
    byPosition.clear();
    bytes = 0;
  }

  @Override
  public Steps clearing() {
    return () -> {
      clear();
      return false;
    };
  }

  @Override
  public synchronized long scan(long cursor, int atLeast, KeySink sink) {
    int given = 0;
    for (Entry entry : byPosition.tailMap(cursor, false).values()) {
      if (isLive(entry)) {
        give(entry, sink);
        given++;
      }
      if (given >= atLeast) {
        return entry.position() == byPosition.lastKey() ? 0 : entry.position();
      }
    }
    return 0;
  }

  @Override
  public Steps choosingKey(KeySink sink) {
    return () -> {
      chooseKey(sink);
      return false;
    };
  }

  private synchronized void chooseKey(KeySink sink) {
    List<Entry> live = byPosition.values().stream().filter(this::isLive).toList();
    if (!live.isEmpty()) {
      give(live.get(ThreadLocalRandom.current().nextInt(live.size())), sink);
    }
  }

  @Override
  public synchronized StoreStatistics statistics() {
    long expiring = byKey.values().stream().filter(entry -> entry.expiresAt() != NEVER).count();
    return new StoreStatistics(
        byKey.size(),
        capacityBytes,
        0,
        bytes,
        capacityBytes - bytes,
        0,
        0,
        0,
        0,
        0,
        0,
        expired,
        0,
        expiring,
        0);
  }

  @Override
  public synchronized boolean maintain(long nanoseconds) {
    for (Entry entry : List.copyOf(byPosition.values())) {
      if (!isLive(entry)) {
        remove(entry);
        expired++;
      }
    }
    return false;
  }

  @Override
  public void close() {}

  private boolean isLive(Entry entry) {
    return entry.expiresAt() == NEVER || entry.expiresAt() > clock.getAsLong();
  }

  /** The live entry of a key; an expired one is reclaimed on the way. */
  private @Nullable Entry find(Slice key) {
    Entry entry = byKey.get(ByteBuffer.wrap(key.toByteArray()));
    if (entry != null && !isLive(entry)) {
      remove(entry);
      expired++;
      return null;
    }
    return entry;
  }

  private void insert(Entry entry) {
    Entry replaced = byKey.put(entry.key(), entry);
    bytes += entry.bytes() - (replaced == null ? 0 : replaced.bytes());
    byPosition.put(entry.position(), entry);
  }

  private void remove(Entry entry) {
    byKey.remove(entry.key());
    byPosition.remove(entry.position());
    bytes -= entry.bytes();
  }

  private static void give(Entry entry, KeySink sink) {
    sink.accept(MemorySegment.ofBuffer(entry.key()), 0, entry.key().remaining());
  }
}
