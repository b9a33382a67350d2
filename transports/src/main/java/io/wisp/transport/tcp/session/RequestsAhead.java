// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.CommandTable;
import io.wisp.transport.tcp.resp.RequestParser;
import io.wisp.transport.tcp.resp.RequestParser.Outcome;
import java.lang.foreign.ValueLayout;

/**
 * Looks at the requests that wait in an input behind the one that is executed, and has the store
 * load the memory of their keys together. What it cannot read it leaves to whoever executes it. The
 * sessions of a thread share it.
 */
final class RequestsAhead {

  /** Of a request that is looked at, its name included: so a look is short. */
  private static final int MAX_ARGUMENTS = 64;

  /**
   * Of the requests that are looked at together. A turn ends after a few that have long replies,
   * and the next one looks at the rest again.
   */
  private static final int MAX_BYTES = 64 << 10;

  private static final int FIRST = -1;

  private final CommandTable commands;
  private final Prefetcher prefetcher;
  private final RequestParser parser = new RequestParser();
  private final Slice key = new Slice();
  private boolean useful;

  /** Up to where in the input requests need not be looked at, or {@link #FIRST}. */
  private int seenTo;

  RequestsAhead(CommandTable commands, Prefetcher prefetcher) {
    this.commands = commands;
    this.prefetcher = prefetcher;
  }

  /** Turns to an input of which nothing was executed yet. */
  void begin() {
    useful = prefetcher.isUseful();
    seenTo = FIRST;
  }

  /** Looks ahead if the next request of the input was not seen yet. To be called before each. */
  void look(NativeBuffer input) {
    if (!useful) {
      return;
    }
    if (seenTo == FIRST) {
      // Not the first request of a turn: mostly there is but one.
      seenTo = 0;
    } else if (input.start() >= seenTo) {
      parser.begin(input, true);
      boolean more = true;
      for (int i = 0; more && i < Prefetcher.MAX_KEYS; i++) {
        more = addNext(input) && parser.next() - input.start() < MAX_BYTES;
      }
      // One that has not arrived is not looked at again before it is executed.
      seenTo = Math.max(parser.next(), input.start() + 1);
      prefetcher.load();
    }
  }

  /** Adds the first key of the next request; the answer is whether another one may follow. */
  private boolean addNext(NativeBuffer input) {
    if (parser.next() >= input.end()
        || input.memory().get(ValueLayout.JAVA_BYTE, parser.next()) != '*'
        || parser.readArgumentCount() != Outcome.COMPLETE) {
      return false;
    }
    int count = parser.number();
    if (count < 1 || count > MAX_ARGUMENTS || parser.readBulk() != Outcome.COMPLETE) {
      return false;
    }
    Command command = commands.find(input.memory(), parser.offset(), parser.length());
    int firstKey = command == null ? 0 : commands.firstKeyOf(command);
    boolean more = true;
    for (int i = 1; i < count; i++) {
      if (parser.readBulk() != Outcome.COMPLETE) {
        return false;
      }
      if (i == firstKey) {
        key.set(input.memory(), parser.offset(), parser.length());
        more = Status.refusalOf(key) != null || prefetcher.add(key);
      }
    }
    return more;
  }
}
