// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/** Chronicle Map, in memory and without a file. */
final class OpenHftMap implements MapUnderTest {

  private final ChronicleMap<byte[], byte[]> map;

  OpenHftMap(long entries) {
    map =
        ChronicleMapBuilder.of(byte[].class, byte[].class)
            .averageKeySize(MapEntries.KEY_SIZE)
            .averageValueSize(MapEntries.VALUE_SIZE)
            .entries(entries)
            .putReturnsNull(true)
            .removeReturnsNull(true)
            .create();
  }

  @Override
  public Session session() {
    return new ChronicleSession(map);
  }

  @Override
  public long memoryBytes() {
    return map.offHeapMemoryUsed();
  }

  @Override
  public void close() {
    map.close();
  }

  private static final class ChronicleSession implements Session {

    private final ChronicleMap<byte[], byte[]> map;
    private final byte[] key = new byte[MapEntries.KEY_SIZE];
    private final byte[] value = MapEntries.value();
    private final byte[] found = new byte[MapEntries.VALUE_SIZE];

    ChronicleSession(ChronicleMap<byte[], byte[]> map) {
      this.map = map;
    }

    @Override
    public boolean put(long number) {
      MapEntries.writeKey(number, key);
      map.put(key, value);
      return true;
    }

    @Override
    public boolean get(long number) {
      MapEntries.writeKey(number, key);
      return map.getUsing(key, found) != null;
    }

    @Override
    public boolean delete(long number) {
      MapEntries.writeKey(number, key);
      map.remove(key);
      return true;
    }
  }
}
