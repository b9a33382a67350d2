// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.LatencyLog.Interval;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes histogram logs in the format of HdrHistogram's own tools: a line for each fork, iteration
 * and kind of request, tagged with the kind.
 */
final class HistogramLog {

  private HistogramLog() {}

  static void write(Path file, String benchmark, List<Interval> intervals) {
    try (PrintStream out =
        new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
      HistogramLogWriter writer = new HistogramLogWriter(out);
      writer.outputLogFormatVersion();
      writer.outputComment("[Latencies in nanoseconds of " + benchmark + "]");
      writer.outputStartTime(intervals.getFirst().histogram().getStartTimeStamp());
      writer.outputLegend();
      for (Interval interval : intervals) {
        writer.outputIntervalHistogram(interval.histogram());
      }
      if (out.checkError()) {
        throw new IOException("not all could be written");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
