// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
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
   * @param histogram latencies in nanoseconds, tagged with the kind's label and stamped with the
   *     times in milliseconds since the epoch between which they were recorded
   */
  public record Interval(
      String benchmark,
      long process,
      RequestKind kind,
      long misses,
      Histogram histogram,
      Connection connection) {}

  static void append(Path folder, Interval interval) throws IOException {
    Connection connection = interval.connection();
    Histogram histogram = interval.histogram();
    String line =
        String.join(
            "\t",
            interval.benchmark(),
            interval.kind().label(),
            Long.toString(interval.misses()),
            Long.toString(histogram.getStartTimeStamp()),
            Long.toString(histogram.getEndTimeStamp()),
            encode(histogram),
            oneLine(connection.client()),
            connection.clientCores(),
            oneLine(connection.server()),
            connection.serverCores(),
            oneLine(connection.serverCommand()),
            Long.toString(connection.keys()));
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
    intervals.sort((a, b) -> Long.compare(start(a), start(b)));
    return intervals;
  }

  private static long start(Interval interval) {
    return interval.histogram().getStartTimeStamp();
  }

  private static Interval parse(long process, String line) throws IOException {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IOException(
          "a line of process " + process + " has " + fields.length + " fields, not " + FIELDS);
    }
    Histogram histogram = decode(fields[5]);
    histogram.setTag(fields[1]);
    histogram.setStartTimeStamp(Long.parseLong(fields[3]));
    histogram.setEndTimeStamp(Long.parseLong(fields[4]));
    return new Interval(
        fields[0],
        process,
        RequestKind.labelled(fields[1]),
        Long.parseLong(fields[2]),
        histogram,
        new Connection(
            fields[6], fields[7], fields[8], fields[9], fields[10], Long.parseLong(fields[11])));
  }

  /** A histogram compressed and in Base64, as histogram logs have it. */
  public static String encode(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }

  /**
   * The histogram that {@link #encode} wrote.
   *
   * @throws IOException if the text is none
   */
  public static Histogram decode(String text) throws IOException {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
      return Histogram.decodeFromCompressedByteBuffer(bytes, LatencyHistograms.HIGHEST_NANOS);
    } catch (DataFormatException | IllegalArgumentException e) {
      throw new IOException("not a compressed histogram: " + e.getMessage(), e);
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\t\\r\\n]+", " ");
  }
}
