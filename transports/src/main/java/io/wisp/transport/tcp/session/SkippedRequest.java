// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.RequestParser;
import io.wisp.transport.tcp.resp.RequestParser.Outcome;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What is still to come of a request that was refused, or of a key that is too long, which is
 * dropped as it arrives. If there is no such command the error quotes the beginning of its
 * arguments, as in Redis.
 */
final class SkippedRequest {

  /** How much of the name, and how much of all the arguments, is quoted. */
  static final int MAX_QUOTED_LENGTH = Errors.MAX_QUOTED_LENGTH;

  private int arguments;

  /** Bytes to be dropped of the argument that has begun. */
  private int bytes;

  /** The name of the unknown command; null if the error was replied already. */
  private @Nullable String unknown;

  private final StringBuilder quoted = new StringBuilder();

  /** Begins to drop so many bytes, and so many arguments behind them. */
  void begin(int bytes, int arguments) {
    this.bytes = bytes;
    this.arguments = arguments;
  }

  /** Remembers the beginning of a name that no command has. */
  void unknown(MemorySegment memory, int offset, int length) {
    unknown = Errors.quoted(memory, offset, length);
    quoted.setLength(0);
  }

  /** Whether there is nothing left to drop. */
  boolean isOver() {
    return bytes == 0 && arguments == 0;
  }

  /** The error that is still to be replied when it is over, or null. */
  @Nullable String takeError() {
    if (unknown == null) {
      return null;
    }
    String error = "ERR unknown command '" + unknown + "', with args beginning with: " + quoted;
    unknown = null;
    return error;
  }

  /** Drops what has arrived of the argument that has begun, or the head of the next one. */
  Outcome drop(NativeBuffer input, RequestParser parser) {
    if (bytes > 0) {
      int dropped = Math.min(bytes, input.size());
      input.consumeTo(input.start() + dropped);
      bytes -= dropped;
      return Outcome.COMPLETE;
    }
    Outcome outcome = parser.readBulkHeader();
    if (outcome != Outcome.COMPLETE) {
      return outcome;
    }
    int room = unknown == null ? 0 : MAX_QUOTED_LENGTH - quoted.length();
    if (room > 0) {
      int shown = Math.min(parser.length(), room);
      if (!parser.has(shown)) {
        return Outcome.INCOMPLETE;
      }
      String text = Errors.quoted(input.memory(), parser.offset(), shown);
      quoted.append('\'').append(text).append("' ");
    }
    arguments--;
    bytes = parser.length() + 2;
    input.consumeTo(parser.offset());
    return Outcome.COMPLETE;
  }
}
