// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.measure.input.TransportOption;
import io.wisp.measure.machine.Placement;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where client and server of a transport run, and whether they poll, where that is left to us. A
 * figure repeats only if the kernel does not choose the cores, and if no core has to be woken from
 * sleep in the midst of a round trip: that takes from 5 to 50 us, as it happens. So a transport
 * whose ends sleep in the kernel gets one core for both, and one whose ends read each other's
 * memory a core each, on which they poll; that is what it is made for.
 */
final class PlacementDefaults {

  /** The value that leaves it to us. */
  static final String AUTO = "auto";

  static final String PLACEMENT = "placement";
  static final String BUSY_POLL = "busyPoll";

  /** The JIT has what two ends that poll leave of two cores, and wants some seconds of it. */
  private static final int POLLING_WARMUP = 9;

  private static final String ZMQ = "zmq";
  private static final String SHARED = "shared";
  private static final String SPLIT = "split";

  private final List<String> possible;
  private final int cores;

  /**
   * @param possible the placements that can be had
   * @param cores how many cores there are
   */
  PlacementDefaults(List<String> possible, int cores) {
    this.possible = possible;
    this.cores = cores;
  }

  /** The defaults for this machine. */
  static PlacementDefaults here() {
    return new PlacementDefaults(
        Placement.NAMES.stream().filter(PlacementDefaults::isPossible).toList(),
        Runtime.getRuntime().availableProcessors());
  }

  /** The defaults where nothing can be pinned. */
  static PlacementDefaults unpinned() {
    return new PlacementDefaults(
        List.of(Placement.FREE_NAME), Runtime.getRuntime().availableProcessors());
  }

  private static boolean isPossible(String placement) {
    try {
      Placement ignored = Placement.named(placement);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The value to take for one that was asked for. */
  String placement(String transport, String asked) {
    if (!asked.equals(AUTO)) {
      return asked;
    }
    String wanted = TransportOption.GET.isUsedBy(transport) ? SPLIT : SHARED;
    return possible.contains(wanted) ? wanted : Placement.FREE_NAME;
  }

  /**
   * The value to take for one that was asked for.
   *
   * @param placements where it will be measured
   */
  String busyPoll(String transport, String asked, List<String> placements) {
    if (!asked.equals(AUTO)) {
      return asked;
    }
    boolean apart = placements.stream().allMatch(SPLIT::equals);
    return Boolean.toString(apart && TransportOption.GET.isUsedBy(transport));
  }

  /**
   * How many iterations of a second warm up, if more than usual.
   *
   * @param busyPoll whether the ends poll; several values if they do in some cases
   */
  static OptionalInt warmupIterations(Collection<String> busyPoll) {
    return busyPoll.contains("true") ? OptionalInt.of(POLLING_WARMUP) : OptionalInt.empty();
  }

  /**
   * Why polling will be slow, or empty. A thread that polls on a core which another thread needs
   * gives it up only when the kernel takes it, milliseconds later.
   */
  Optional<String> starvation(String transport, String placement) {
    int threads = transport.equals(ZMQ) ? 4 : 2;
    int theirs = placement.equals(SHARED) ? 1 : placement.equals(SPLIT) ? 2 : cores;
    if (transport.equals(TransportBenchmark.NULL_TRANSPORT) || theirs >= threads) {
      return Optional.empty();
    }
    return Optional.of(
        transport
            + " with busyPoll=true and placement="
            + placement
            + ": "
            + threads
            + " threads take turns on "
            + (theirs == 1 ? "1 core" : theirs + " cores")
            + (transport.equals(ZMQ) ? ", for ZeroMQ has one of its own at each end" : "")
            + "; expect few requests a second");
  }
}
