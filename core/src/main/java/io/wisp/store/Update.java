// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * What is to become of a record, decided by what it is: the changing half of {@link Store#update}.
 *
 * @param <S> the sink that takes what the record is
 */
public interface Update<S extends ValueSink> {

  /** What an update does. */
  enum Change {
    /** Nothing. */
    NONE,
    /** Writes {@link #value} with {@link #expiresAt}, whether the key is there or not. */
    WRITE,
    /** Gives the record that is there another expiry, {@link #expiresAt}. */
    EXPIRE,
    /** Removes the record that is there. */
    DELETE
  }

  /**
   * Decides. Asked again when somebody else wrote in between; only the last answer counts, so it
   * has no effect that the next one does not replace.
   *
   * @param old what the record is; it {@link ValueSink#isFound found nothing} if the key is absent,
   *     and then there is nothing to {@link Change#EXPIRE} or {@link Change#DELETE}
   */
  Change decide(S old);

  /** The value of a {@link Change#WRITE}; an update that never writes has none. */
  default Slice value() {
    throw new UnsupportedOperationException("this update writes no value");
  }

  /** The expiry of a {@link Change#WRITE} or {@link Change#EXPIRE}, as in {@link Store#write}. */
  default long expiresAt() {
    return ExpiryTimes.KEEP_EXPIRY;
  }
}
