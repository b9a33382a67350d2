// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.fake;

import io.wisp.store.ForwardingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.ValueSink;
import java.lang.foreign.MemorySegment;

/** Gives back the value of one key with one bit changed, and is right otherwise. */
public final class CorruptStore extends ForwardingStore {

  private final Store store = new HeapStore();
  private final String corruptKey;
  private final int corruptByte;

  /** A store that is wrong about one byte of one key's values. */
  public CorruptStore(String corruptKey, int corruptByte) {
    this.corruptKey = corruptKey;
    this.corruptByte = corruptByte;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    if (!key.toString().equals(corruptKey)) {
      return store.get(key, sink);
    }
    sink.begin();
    try (ValueBuffer right = new ValueBuffer()) {
      Status status = store.get(key, right);
      if (status == Status.FOUND) {
        byte[] bytes = right.toByteArray();
        bytes[corruptByte] ^= 1;
        sink.take(
            MemorySegment.ofArray(bytes), 0, bytes.length, right.version(), right.expiresAt());
      }
      return status;
    }
  }

  @Override
  protected Store store() {
    return store;
  }
}
