// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import org.jspecify.annotations.Nullable;

/** The types of clients that Redis knows; all that are here are normal. */
enum ClientType {
  NORMAL,
  SLAVE,
  REPLICA,
  PUBSUB,
  MASTER;

  /** The type that an argument names, or null. */
  static @Nullable ClientType named(Arguments arguments, int index) {
    for (ClientType type : values()) {
      if (arguments.is(index, type.name())) {
        return type;
      }
    }
    return null;
  }

  /** The error that an argument names no type. */
  static String unknown(Arguments arguments, int index) {
    return "ERR Unknown client type '" + arguments.quoted(index) + "'";
  }
}
