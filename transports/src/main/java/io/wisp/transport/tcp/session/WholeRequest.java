// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.RequestParser;
import io.wisp.transport.tcp.resp.RequestParser.Outcome;

/**
 * Waits for all arguments of a request. It remembers how far it came, so that a request that
 * arrives in many pieces is not read from its beginning with each.
 */
final class WholeRequest {

  private final RequestParser parser;
  private int missing;
  private int scanned;

  /** Reads with a parser, which stands at the input's start at each call. */
  WholeRequest(RequestParser parser) {
    this.parser = parser;
  }

  /** Looks for the arguments that were missing when the request was last read. */
  Outcome awaitMissing(NativeBuffer input) {
    int start = parser.next();
    for (; missing > 0; missing--) {
      parser.seek(input.start() + scanned);
      Outcome outcome = parser.readBulk();
      if (outcome != Outcome.COMPLETE) {
        return outcome;
      }
      scanned = parser.next() - input.start();
    }
    parser.seek(start);
    return Outcome.COMPLETE;
  }

  /** Reads the arguments behind a command's name, which the parser has just read. */
  Outcome read(NativeBuffer input, int count, Arguments arguments) {
    arguments.begin(input.memory());
    arguments.add(parser.offset(), parser.length());
    for (int i = 1; i < count; i++) {
      Outcome outcome = parser.readBulk();
      if (outcome != Outcome.COMPLETE) {
        missing = count - i;
        scanned = parser.next() - input.start();
        return outcome;
      }
      arguments.add(parser.offset(), parser.length());
    }
    return Outcome.COMPLETE;
  }
}
