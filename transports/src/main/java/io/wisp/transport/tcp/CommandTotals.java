// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.tcp.command.CommandCounters;
import io.wisp.transport.tcp.command.Commands;
import io.wisp.transport.tcp.command.Traffic;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all loops of a server have counted of commands and errors together.
 *
 * @param commands by name; only those that there were
 * @param errors by code
 */
record CommandTotals(Map<String, Calls> commands, Map<String, Long> errors) {

  static final CommandTotals NONE = new CommandTotals(Map.of(), Map.of());

  private static final Calls NEVER = new Calls(0, 0, 0);

  /**
   * Of one command.
   *
   * @param calls failed ones included
   * @param rejected requests that were refused
   * @param failed calls that ended in an error
   */
  record Calls(long calls, long rejected, long failed) {

    private Calls plus(Calls more, int sign) {
      return new Calls(
          calls + sign * more.calls, rejected + sign * more.rejected, failed + sign * more.failed);
    }
  }

  /** Of the loops that counted these. */
  static CommandTotals of(List<Traffic> loops) {
    List<String> names = Commands.names();
    CommandTotals totals = new CommandTotals(new TreeMap<>(), new TreeMap<>());
    for (Traffic loop : loops) {
      CommandCounters counters = loop.commands();
      for (int number = 0; number < names.size(); number++) {
        Calls calls =
            new Calls(counters.calls(number), counters.rejected(number), counters.failed(number));
        totals.commands.merge(names.get(number), calls, (all, more) -> all.plus(more, 1));
      }
      loop.errors().byCode().forEach((code, count) -> totals.errors.merge(code, count, Long::sum));
    }
    return totals;
  }

  /** Errors of all codes. */
  long allErrors() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What came since others were counted. */
  CommandTotals since(CommandTotals others) {
    CommandTotals since = new CommandTotals(new TreeMap<>(), new TreeMap<>());
    commands.forEach(
        (name, calls) -> {
          Calls more = calls.plus(others.commands.getOrDefault(name, NEVER), -1);
          if (!more.equals(NEVER)) {
            since.commands.put(name, more);
          }
        });
    errors.forEach(
        (code, count) -> {
          long more = count - others.errors.getOrDefault(code, 0L);
          if (more > 0) {
            since.errors.put(code, more);
          }
        });
    return since;
  }
}
