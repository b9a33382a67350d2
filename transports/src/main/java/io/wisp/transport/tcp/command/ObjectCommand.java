// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Decimal;

/** OBJECT ENCODING, REFCOUNT, IDLETIME and FREQ. */
final class ObjectCommand {

  /** The longest value that Redis keeps together with its head. */
  private static final int MAX_EMBEDDED_LENGTH = 44;

  private static final String NO_FREQUENCY =
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that"
          + " when switching between policies at runtime LRU and LFU data will take some time to"
          + " adjust.";

  private ObjectCommand() {}

  static Command.Handler handler() {
    return new Subcommands(
        "OBJECT",
        Subcommand.ofKey("ENCODING", 3, "How Redis would keep a value.", ObjectCommand::encoding),
        Subcommand.ofKey("REFCOUNT", 3, "Always 1.", ObjectCommand::references),
        Subcommand.ofKey("IDLETIME", 3, "Not known here.", ObjectCommand::idleTime),
        Subcommand.ofKey("FREQ", 3, "Not known here.", ObjectCommand::frequency));
  }

  /** By the value alone, as Redis keeps one that SET has set. */
  private static void encoding(CommandRequest request) {
    WorkingCopy copy = request.copy(Decimal.MAX_LENGTH);
    Status status = request.store().get(request.key(2), copy);
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.ABSENT) {
      request.reply().absent();
    } else if (!copy.isTooLong() && !copy.isFull() && copy.isNumber()) {
      request.reply().bulk("int");
    } else {
      request.reply().bulk(copy.valueLength() <= MAX_EMBEDDED_LENGTH ? "embstr" : "raw");
    }
  }

  private static void references(CommandRequest request) {
    if (isThere(request)) {
      request.reply().integer(1);
    }
  }

  private static void idleTime(CommandRequest request) {
    if (isThere(request)) {
      request.fail("ERR idle time not tracked");
    }
  }

  private static void frequency(CommandRequest request) {
    if (isThere(request)) {
      request.fail(NO_FREQUENCY);
    }
  }

  /** Whether there is the key in the second argument; else it was replied that it is absent. */
  private static boolean isThere(CommandRequest request) {
    Status status = request.store().get(request.key(2), request.found());
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.ABSENT) {
      request.reply().absent();
    }
    return status == Status.FOUND;
  }
}
