// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Keys of 16 bytes and values of 100, the sizes that other tables are published with. */
final class MapEntries {

  static final int KEY_SIZE = 16;
  static final int VALUE_SIZE = 100;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** An odd number near 2^64 divided by the golden ratio: neighbours end up far apart. */
  private static final long SCATTER = 0x9E37_79B9_7F4A_7C15L;

  private MapEntries() {}

  /** Writes the key of a number over the array; different numbers have different keys. */
  static void writeKey(long number, byte[] key) {
    LONG.set(key, 0, number);
    LONG.set(key, Long.BYTES, number * SCATTER);
  }

  static byte[] value() {
    byte[] value = new byte[VALUE_SIZE];
    new SplittableRandom(VALUE_SIZE).nextBytes(value);
    return value;
  }
}
