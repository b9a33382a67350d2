// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import io.wisp.measure.latency.HistogramText;
import io.wisp.measure.workload.RequestKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The notes that a forked JVM takes for the one that started it: a file for each process, a line
 * for each iteration and kind of request, fields set apart by tabs. The line holds the whole
 * histogram, compressed and in Base64, as histogram logs have it.
 */
public final class LatencyLog {

  private static final String SUFFIX = ".tsv";
  private static final int FIELDS = 12;

  private LatencyLog() {}

  /**
   * What one fork recorded of one kind of request in one iteration.
   *
   * @param benchmark JMH's identifier of benchmark, mode and parameters
   * @param process the fork's process id
   * @param histogram latencies in nanoseconds, tagged with the kind's word and stamped with the
   *     times in milliseconds since the epoch between which they were recorded
   */
  public record Interval(
      String benchmark,
      long process,
      RequestKind kind,
      long misses,
      Histogram histogram,
      ConnectionEnds ends) {}

  static void append(Path folder, Interval interval) throws IOException {
    ConnectionEnds ends = interval.ends();
    Histogram histogram = interval.histogram();
    String line =
        String.join(
            "\t",
            interval.benchmark(),
            interval.kind().word(),
            Long.toString(interval.misses()),
            Long.toString(histogram.getStartTimeStamp()),
            Long.toString(histogram.getEndTimeStamp()),
            HistogramText.encode(histogram),
            oneLine(ends.client()),
            ends.clientCores(),
            oneLine(ends.server()),
            ends.serverCores(),
            oneLine(ends.serverCommand()),
            Long.toString(ends.keys()));
    Files.writeString(
        folder.resolve(interval.process() + SUFFIX),
        line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Reads what all forks left in a folder, in the order of time. */
  public static List<Interval> readAll(Path folder) {
    List<Interval> intervals = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        long process = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        for (String line : Files.readAllLines(file)) {
          intervals.add(parse(process, line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the recorded latencies in " + folder, e);
    }
    intervals.sort(Comparator.comparingLong(each -> each.histogram().getStartTimeStamp()));
    return intervals;
  }

  private static Interval parse(long process, String line) throws IOException {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IOException(
          "a line of process " + process + " has " + fields.length + " fields, not " + FIELDS);
    }
    Histogram histogram = HistogramText.decode(fields[5]);
    histogram.setTag(fields[1]);
    histogram.setStartTimeStamp(Long.parseLong(fields[3]));
    histogram.setEndTimeStamp(Long.parseLong(fields[4]));
    return new Interval(
        fields[0],
        process,
        RequestKind.of(fields[1]),
        Long.parseLong(fields[2]),
        histogram,
        ConnectionEnds.of(
            fields[6], fields[7], fields[8], fields[9], fields[10], Long.parseLong(fields[11])));
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\t\\r\\n]+", " ");
  }
}
