// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.measure.loop.LoadClient;
import java.util.List;
import java.util.LongSummaryStatistics;

/**
 * How evenly a server serves several clients of a closed loop. Where time ends the measurement it
 * shows whether one starves; where a number of requests does, each client has its share of that.
 *
 * @param fewest requests of the slowest client
 * @param mean requests of a client
 * @param most requests of the quickest client
 */
record RequestsPerClient(long fewest, double mean, long most) {

  static RequestsPerClient of(List<LoadClient> clients) {
    LongSummaryStatistics requests =
        clients.stream()
            .mapToLong(client -> client.tallies().total().requests())
            .summaryStatistics();
    return new RequestsPerClient(requests.getMin(), requests.getAverage(), requests.getMax());
  }

  /** The requests of the slowest client as a part of the mean, 0 where there were none. */
  double slowestToMean() {
    return mean == 0 ? 0 : fewest / mean;
  }
}
