// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import org.jspecify.annotations.Nullable;

/**
 * What a request asks for. {@link #code()} is the byte that stands for it in a request, and is
 * never given a second meaning.
 */
public enum Operation {
  /** Are you there? The reply repeats the request's value. */
  PING(1, Key.NONE, Value.ANY, Argument.NONE),
  /** The value of a key. */
  GET(2, Key.ONE, Value.NONE, Argument.NONE),
  /** Stores a value; the argument is its time to live. */
  PUT(3, Key.ONE, Value.ANY, Argument.TIME_TO_LIVE),
  /** Stores a value if the key is absent; the argument is its time to live. */
  PUT_IF_ABSENT(4, Key.ONE, Value.ANY, Argument.TIME_TO_LIVE),
  /** Stores a value if the key is there; the argument is its time to live. */
  PUT_IF_PRESENT(5, Key.ONE, Value.ANY, Argument.TIME_TO_LIVE),
  /** Replaces the value of the record with a version, the argument; its expiry stays. */
  PUT_IF_VERSION(6, Key.ONE, Value.ANY, Argument.ANY),
  /** Removes a key. */
  DELETE(7, Key.ONE, Value.NONE, Argument.NONE),
  /** Removes the record with a version, the argument. */
  DELETE_IF_VERSION(8, Key.ONE, Value.NONE, Argument.ANY),
  /** Whether a key is there. */
  CONTAINS(9, Key.ONE, Value.NONE, Argument.NONE),
  /** How long a key still lives. */
  TIME_TO_LIVE(10, Key.ONE, Value.NONE, Argument.NONE),
  /** Some keys; the argument is the cursor, the value a u32: how many keys are wanted. */
  SCAN(11, Key.NONE, Value.COUNT, Argument.ANY),
  /** What the server says of itself. */
  INFORMATION(12, Key.NONE, Value.NONE, Argument.NONE),
  /** Presents a password, the value. */
  AUTHENTICATE(13, Key.NONE, Value.ANY, Argument.NONE),
  /** What the client read without asking: the value is the hashes of keys, 8 bytes each. */
  REPORT(14, Key.NONE, Value.HASHES, Argument.NONE),
  /** Writes and deletes many keys, all or none: the value says what becomes of each. */
  WRITE_ALL(15, Key.NONE, Value.BATCH, Argument.NONE);

  enum Key {
    NONE,
    ONE
  }

  enum Value {
    NONE,
    ANY,
    COUNT,
    HASHES,
    BATCH
  }

  enum Argument {
    NONE,
    ANY,
    TIME_TO_LIVE
  }

  private static final @Nullable Operation[] BY_CODE = new @Nullable Operation[256];

  static {
    for (Operation operation : values()) {
      BY_CODE[operation.code] = operation;
    }
  }

  private final int code;
  final Key key;
  final Value value;
  final Argument argument;

  Operation(int code, Key key, Value value, Argument argument) {
    this.code = code;
    this.key = key;
    this.value = value;
    this.argument = argument;
  }

  /** Whether it is about one key. */
  public boolean hasKey() {
    return key == Key.ONE;
  }

  /** Whether it may change what a key is. */
  public boolean writes() {
    return switch (this) {
      case PUT,
          PUT_IF_ABSENT,
          PUT_IF_PRESENT,
          PUT_IF_VERSION,
          DELETE,
          DELETE_IF_VERSION,
          WRITE_ALL ->
          true;
      case PING, GET, CONTAINS, TIME_TO_LIVE, SCAN, INFORMATION, AUTHENTICATE, REPORT -> false;
    };
  }

  /** The operation in one byte. */
  public int code() {
    return code;
  }

  /** The operation that a byte stands for, or null if there is none. */
  public static @Nullable Operation ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
