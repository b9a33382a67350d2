// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import io.wisp.cli.common.Password;
import io.wisp.cluster.SlotRange;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.cluster.SlotMover;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Has slots go from a node to another one while both serve. */
final class SlotMove {

  /** A node looks at a few thousand keys for an answer, or waits for its log. */
  private static final Duration ANSWER_TIME = Duration.ofSeconds(10);

  private SlotMove() {}

  /**
   * Moves slots, and says what that took.
   *
   * @param node any of the cluster
   * @throws UserError if not all were moved
   */
  static void run(
      ClusterArguments arguments,
      Endpoint node,
      String slots,
      String from,
      String to,
      PrintStream out) {
    List<SlotRange> moved = slots(slots);
    String password = Password.of(arguments.password);
    SlotMover mover = new SlotMover(node, password, ANSWER_TIME, arguments.patience());
    SlotMover.Report report;
    try {
      report = mover.move(moved, from, to);
    } catch (TransportException e) {
      throw UserError.failure(e.getMessage());
    }
    out.printf(
        Locale.ROOT,
        "%s has slots %s: %,d records were copied, and nobody served them for %,d ms%n",
        to,
        SlotRange.textOf(moved),
        report.records(),
        report.refusedMillis());
  }

  private static List<SlotRange> slots(String text) {
    try {
      List<SlotRange> slots = SlotRange.parseAll(text);
      if (!slots.isEmpty()) {
        return slots;
      }
    } catch (IllegalArgumentException e) {
      throw UserError.usage(e.getMessage());
    }
    throw UserError.usage("no slots are named: write them as 0-99 or 0-99,7000");
  }
}
