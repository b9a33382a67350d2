// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import org.jspecify.annotations.Nullable;

/**
 * What became of an operation. Nothing else tells it: no magic value, no exception for what is
 * ordinary.
 *
 * <p>{@link #code()} is the byte that stands for the status in every binary frame of Wisp, so a
 * code is never given a second meaning.
 */
public enum Status {
  /** The key was absent and is now there. */
  CREATED(0),
  /** The key was there and has a new value. */
  REPLACED(1),
  /** Created or replaced: the server was asked in a protocol that does not say which. */
  STORED(2),
  /** The key is there. */
  FOUND(3),
  /** The key was there and is gone. */
  DELETED(4),
  /** The key is not there. */
  ABSENT(5),
  /** The condition of the write did not hold: the key exists, or has another version. */
  CONFLICT(6),
  /** The operation was understood and done, and has nothing else to say. */
  DONE(7),
  /** A key has at least one byte. */
  KEY_EMPTY(16),
  /** The key is longer than {@link Limits#MAX_KEY_LENGTH}. */
  KEY_TOO_LARGE(17),
  /** The value is longer than {@link Limits#MAX_VALUE_LENGTH}. */
  VALUE_TOO_LARGE(18),
  /** The store's memory is full; nothing was changed. */
  OUT_OF_MEMORY(19),
  /** Something was to happen at one moment that is more than may; nothing was changed. */
  TRANSACTION_TOO_LARGE(20),
  /** Writes are logged, and an entry of the log has less room; nothing was changed. */
  ENTRY_TOO_LARGE(21),
  /** The store has given all versions that records can have; nothing was changed. */
  OUT_OF_VERSIONS(22),
  /** The request's bytes are not a request. */
  MALFORMED(32),
  /** The request names an operation that this server does not know. */
  UNKNOWN_OPERATION(33),
  /** The server wants a password first, or was given a wrong one. */
  NOT_AUTHENTICATED(34),
  /** The server refuses to serve this connection, because of a limit that the reply names. */
  REFUSED(35),
  /** Another node of the cluster has the key: the reply names it. */
  MOVED(36),
  /** No node of the cluster has the slot of the key. */
  SLOT_NOT_SERVED(37),
  /** A batch has keys of more than one slot of the cluster. */
  CROSS_SLOT(38),
  /**
   * Writes are logged, and the entry of this one did not happen: nothing was changed, and what was
   * read may be wrong. It can be asked again.
   */
  TRY_AGAIN(39),
  /** Writes are logged, and this one may have happened, or may happen later, or never. */
  OUTCOME_UNKNOWN(40),
  /** Writes are logged, and the log takes none any more; nothing was changed. */
  LOG_FAILED(41);

  private static final Status[] BY_CODE = new Status[64];

  static {
    for (Status status : values()) {
      BY_CODE[status.code] = status;
    }
  }

  private final int code;

  Status(int code) {
    this.code = code;
  }

  /** The status in one byte, 0 to 63. */
  public int code() {
    return code;
  }

  /** Whether the operation was refused or impossible, rather than answered. */
  public boolean isError() {
    return code >= KEY_EMPTY.code;
  }

  /** Whether the server that was asked is not the one of the cluster that has the key. */
  public boolean isElsewhere() {
    return this == MOVED || this == SLOT_NOT_SERVED;
  }

  /** What a key is refused with, or null if it is a possible one. */
  public static @Nullable Status refusalOf(Slice key) {
    if (key.length() == 0) {
      return KEY_EMPTY;
    }
    return key.length() > Limits.MAX_KEY_LENGTH ? KEY_TOO_LARGE : null;
  }

  /** What a key or its value is refused with, or null if both are possible. */
  public static @Nullable Status refusalOf(Slice key, Slice value) {
    Status refusal = refusalOf(key);
    return refusal == null && value.length() > Limits.MAX_VALUE_LENGTH ? VALUE_TOO_LARGE : refusal;
  }

  /** Whether a status has this code. */
  public static boolean isCode(int code) {
    return code >= 0 && code < BY_CODE.length && BY_CODE[code] != null;
  }

  /**
   * The status that a byte stands for.
   *
   * @throws IllegalArgumentException if no status has this code
   */
  public static Status ofCode(int code) {
    Status status = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    if (status == null) {
      throw new IllegalArgumentException("no status has the code " + code);
    }
    return status;
  }
}
