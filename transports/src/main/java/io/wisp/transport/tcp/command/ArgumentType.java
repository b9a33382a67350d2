// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.Locale;

/** What an argument of a command is, for COMMAND DOCS. */
enum ArgumentType {
  KEY,
  STRING,
  INTEGER,
  DOUBLE,
  PATTERN,
  UNIX_TIME,
  /** Its token, and nothing behind it. */
  PURE_TOKEN,
  /** One of its arguments. */
  ONEOF,
  /** All of its arguments. */
  BLOCK;

  /**
   * The type that Redis calls so.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ArgumentType named(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** What Redis calls it. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
