// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import org.jspecify.annotations.Nullable;

/**
 * Put, get and delete over bytes: what a server offers to its transports and a client to its user.
 *
 * <p>Keys have 1 to {@link Limits#MAX_KEY_LENGTH} bytes and values 0 to {@link
 * Limits#MAX_VALUE_LENGTH}; anything else is answered by a {@link Status} and changes nothing. The
 * methods over {@link Slice} allocate nothing; those over {@code byte[]} are conveniences.
 */
public interface KeyValue extends AutoCloseable {

  /**
   * Stores a value under a key, whether or not the key exists; it will not expire.
   *
   * @return {@link Status#CREATED}, {@link Status#REPLACED} or {@link Status#STORED}; or an error
   */
  Status put(Slice key, Slice value);

  /**
   * Copies the value of a key into the sink, which holds it until the next get begins. A sink that
   * this answers anything but {@link Status#FOUND} for hands out nothing.
   *
   * @return {@link Status#FOUND} or {@link Status#ABSENT}; or an error
   */
  Status get(Slice key, ValueSink sink);

  /**
   * Removes a key.
   *
   * @return {@link Status#DELETED} or {@link Status#ABSENT}; or an error
   */
  Status delete(Slice key);

  /** {@link #put(Slice, Slice)} of arrays. */
  default Status put(byte[] key, byte[] value) {
    return put(Slice.of(key), Slice.of(value));
  }

  /**
   * The value of a key, or null if it is absent or not a possible key.
   *
   * @throws IllegalStateException if another node of the cluster than the one asked has the key
   */
  default byte @Nullable [] get(byte[] key) {
    ArraySink sink = new ArraySink();
    Status status = get(Slice.of(key), sink);
    if (status.isElsewhere()) {
      throw new IllegalStateException("the server that was asked has not the key: " + status);
    }
    return sink.isFound() ? sink.value() : null;
  }

  /** {@link #delete(Slice)} of an array. */
  default Status delete(byte[] key) {
    return delete(Slice.of(key));
  }

  @Override
  void close();
}
