// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The JDK's concurrent map, with arrays for keys and values. */
final class HeapMap implements MapUnderTest {

  private final long heapBefore = usedHeap();
  private final ConcurrentHashMap<ArrayKey, byte[]> map;

  HeapMap(long entries) {
    map = new ConcurrentHashMap<>(Math.toIntExact(entries));
  }

  @Override
  public Session session() {
    return new HeapSession(map);
  }

  @Override
  public long memoryBytes() {
    return usedHeap() - heapBefore;
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Override
  public void close() {
    map.clear();
  }

  /** Compares arrays by what is in them. */
  private static final class ArrayKey {

    private final byte[] bytes;

    ArrayKey(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof ArrayKey key && Arrays.equals(bytes, key.bytes);
    }
  }

  private static final class HeapSession implements Session {

    private final ConcurrentHashMap<ArrayKey, byte[]> map;
    private final byte[] keyBytes = new byte[MapEntries.KEY_SIZE];
    private final ArrayKey key = new ArrayKey(keyBytes);
    private final byte[] value = MapEntries.value();
    private final byte[] found = new byte[MapEntries.VALUE_SIZE];

    HeapSession(ConcurrentHashMap<ArrayKey, byte[]> map) {
      this.map = map;
    }

    @Override
    public boolean put(long number) {
      MapEntries.writeKey(number, keyBytes);
      return map.put(new ArrayKey(keyBytes.clone()), value.clone()) != null;
    }

    @Override
    public boolean get(long number) {
      MapEntries.writeKey(number, keyBytes);
      byte[] stored = map.get(key);
      if (stored == null) {
        return false;
      }
      System.arraycopy(stored, 0, found, 0, stored.length);
      return true;
    }

    @Override
    public boolean delete(long number) {
      MapEntries.writeKey(number, keyBytes);
      return map.remove(key) != null;
    }
  }
}
