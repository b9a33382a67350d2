// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.ConnectionEnds;
import io.wisp.bench.results.RunResult.Measurement;
import io.wisp.bench.results.RunResult.Score;
import io.wisp.bench.server.CoreToCoreProfiler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.openjdk.jmh.util.ListStatistics;

/**
 * The scores of a measurement by how far apart the cores of its two ends were. What two cores do
 * through shared memory follows that, and only scores of about the same distance can be compared.
 */
final class CoreDistances {

  /** How much further the furthest of a group may be than the nearest. */
  private static final double WIDTH = 1.4;

  private static final double CONFIDENCE = 0.999;

  // Of the iterations of a measurement.
  private static final double LARGE = 0.2;
  private static final double NEARLY_ALL = 0.8;

  private CoreDistances() {}

  /**
   * Iterations with the cores about equally far apart.
   *
   * @param nearest nanoseconds of a round trip of a cache line, in the iteration with the shortest
   * @param furthest likewise, with the longest
   * @param share of all iterations of the measurement
   * @param score the mean of their scores, without samples
   */
  record Group(double nearest, double furthest, double share, Score score) {}

  /** The groups of a measurement, the nearest first; none where distances are not known. */
  static List<Group> of(Measurement measurement) {
    Score distances = measurement.secondary().get(CoreToCoreProfiler.ROUND_TRIP);
    List<Double> scores = measurement.score().samples();
    ConnectionEnds ends = measurement.ends();
    if (distances == null
        || distances.samples().size() != scores.size()
        || ends == null
        || ends.serverCores().isEmpty()) {
      return List.of();
    }
    List<Double> roundTrips = distances.samples();
    List<Integer> order =
        IntStream.range(0, scores.size())
            .boxed()
            .sorted(Comparator.comparing(roundTrips::get))
            .toList();
    List<Group> groups = new ArrayList<>();
    int first = 0;
    for (int next = 1; next <= order.size(); next++) {
      double nearest = roundTrips.get(order.get(first));
      if (next == order.size() || roundTrips.get(order.get(next)) > WIDTH * nearest) {
        double furthest = roundTrips.get(order.get(next - 1));
        List<Double> members = order.subList(first, next).stream().map(scores::get).toList();
        groups.add(
            new Group(
                nearest,
                furthest,
                (double) members.size() / scores.size(),
                mean(members, measurement.score().unit())));
        first = next;
      }
    }
    return groups;
  }

  /**
   * Whether the distances are why a score is unsteady: nearly all of its iterations are in two or
   * more large groups, which are steady and differ.
   *
   * @param wide from which share of a score on its interval is called so
   */
  static boolean explain(Measurement measurement, double wide) {
    List<Group> large = of(measurement).stream().filter(each -> each.share() >= LARGE).toList();
    double share = 0;
    for (int i = 0; i < large.size(); i++) {
      Score score = large.get(i).score();
      Double error = score.error();
      if (error == null
          || error > wide * score.value()
          || (i > 0 && overlap(score, large.get(i - 1).score()))) {
        return false;
      }
      share += large.get(i).share();
    }
    return large.size() > 1 && share >= NEARLY_ALL;
  }

  private static boolean overlap(Score one, Score other) {
    double errors =
        Objects.requireNonNullElse(one.error(), 0.0)
            + Objects.requireNonNullElse(other.error(), 0.0);
    return Math.abs(one.value() - other.value()) <= errors;
  }

  private static Score mean(List<Double> members, String unit) {
    ListStatistics statistics =
        new ListStatistics(members.stream().mapToDouble(Double::doubleValue).toArray());
    double error = statistics.getMeanErrorAt(CONFIDENCE);
    return new Score(statistics.getMean(), Double.isFinite(error) ? error : null, unit, List.of());
  }
}
