// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.load;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;

/** Brings a server's store into the state that a mix of operations starts from. */
public final class Preparation {

  private static final int MAX_BATCH = 256;
  private static final int MAX_BATCH_BYTES = 1 << 20;

  private Preparation() {}

  /** A value of lower-case letters, the same on every call. */
  static byte[] value(int payloadSize) {
    SplittableRandom random = new SplittableRandom(payloadSize);
    byte[] value = new byte[payloadSize];
    for (int i = 0; i < payloadSize; i++) {
      value[i] = (byte) ('a' + random.nextInt(26));
    }
    return value;
  }

  /** Puts every key that the mix starts with, and removes every other key of the key space. */
  public static void prepare(Client client, OperationMix mix, KeySpace keys, int payloadSize) {
    writeAll(client, mix::startsPresent, keys, payloadSize);
  }

  /** Removes every key of the key space. */
  public static void clear(Client client, KeySpace keys) {
    writeAll(client, key -> false, keys, 0);
  }

  private static void writeAll(
      Client client, LongPredicate present, KeySpace keys, int payloadSize) {
    byte[] keyBytes = zeros(keys);
    Slice key = Slice.of(keyBytes);
    Slice value = Slice.of(value(payloadSize));
    int batch = batch(keys, payloadSize);
    try (ValueBuffer reply = new ValueBuffer()) {
      for (long number = 0; number < keys.count(); number++) {
        keys.write(number, keyBytes);
        if (present.test(number)) {
          client.submitPut(key, value);
        } else {
          client.submitDelete(key);
        }
        completeDownTo(client, reply, client.outstanding() < batch ? batch : 0);
      }
      completeDownTo(client, reply, 0);
    }
  }

  private static byte[] zeros(KeySpace keys) {
    byte[] key = new byte[keys.digits()];
    Arrays.fill(key, (byte) '0');
    return key;
  }

  private static int batch(KeySpace keys, int payloadSize) {
    return Math.clamp(MAX_BATCH_BYTES / ((long) keys.digits() + payloadSize), 1, MAX_BATCH);
  }

  private static void completeDownTo(Client client, ValueBuffer reply, int outstanding) {
    while (client.outstanding() > outstanding) {
      Status status = client.complete(reply);
      if (status.isError()) {
        throw new IllegalStateException(
            client.description() + " answered " + status + " while the store was being filled");
      }
    }
  }
}
