// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * A client of Redis that somebody else wrote, used as its documents say. What it has no call for it
 * throws what {@link #hasNone} gives.
 */
interface StockClient extends AutoCloseable {

  void set(String key, byte[] value);

  byte @Nullable [] get(String key);

  void set(byte[] key, byte[] value);

  byte @Nullable [] get(byte[] key);

  void setFor(String key, byte[] value, Duration life);

  boolean delete(String key);

  long add(String key, long number);

  /** Adds 1 so many times without waiting for replies, and returns them. */
  List<Long> addInAPipeline(String key, int times);

  /** Adds 1 so many times at one moment, and returns the replies. */
  List<Long> addInATransaction(String key, int times);

  /** Watches a key, has something happen meanwhile, and sets the key: returns whether it did. */
  boolean setUnlessChanged(String key, byte[] value, Runnable meanwhile);

  List<String> scan();

  @Override
  void close();

  /** The end of a test of something that a client has not. */
  static TestAbortedException hasNone(String sentence) {
    return new TestAbortedException(sentence + " by its nature");
  }
}
