// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where threads allocate, by samples of the JDK's Flight Recorder: one for each buffer of a
 * thread's allocations that gets full, so those that allocate most are seen first.
 */
final class AllocationSites {

  private static final String SAMPLE = "jdk.ObjectAllocationSample";
  private static final int MOST_SITES = 5;
  private static final int MOST_FRAMES = 12;

  private AllocationSites() {}

  /** Repeats something and tells in words what those threads allocated most often, and where. */
  static <E extends Exception> String of(Set<Long> threads, int times, Allocation.Round<E> round)
      throws E {
    try (Recording recording = new Recording()) {
      recording.enable(SAMPLE).with("throttle", "100000/s").withStackTrace();
      recording.start();
      // The recorder itself allocates when it starts.
      round.run();
      Instant began = Instant.now();
      for (int i = 0; i < times; i++) {
        round.run();
      }
      recording.stop();
      return inWords(events(recording, began), threads);
    } catch (IOException e) {
      return "where: not known, " + e;
    }
  }

  private static List<RecordedEvent> events(Recording recording, Instant began) throws IOException {
    Path file = Files.createTempFile("allocations", ".jfr");
    try {
      recording.dump(file);
      return RecordingFile.readAllEvents(file).stream()
          .filter(each -> each.getStartTime().isAfter(began))
          .toList();
    } finally {
      Files.delete(file);
    }
  }

  private static String inWords(List<RecordedEvent> events, Set<Long> threads) {
    Map<String, Long> sites = new HashMap<>();
    for (RecordedEvent each : events) {
      if (each.getThread() != null && threads.contains(each.getThread().getJavaThreadId())) {
        sites.merge(site(each), 1L, Long::sum);
      }
    }
    return sites.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(MOST_SITES)
        .map(each -> String.format(Locale.ROOT, "%d samples of %s", each.getValue(), each.getKey()))
        .collect(Collectors.joining("\n", "where:\n", ""));
  }

  private static String site(RecordedEvent event) {
    String stack =
        event.getStackTrace() == null
            ? ""
            : event.getStackTrace().getFrames().stream()
                .limit(MOST_FRAMES)
                .map(AllocationSites::frame)
                .collect(Collectors.joining());
    return event.getClass("objectClass").getName()
        + " by "
        + event.getThread().getJavaName()
        + stack;
  }

  private static String frame(RecordedFrame frame) {
    return "\n  "
        + frame.getMethod().getType().getName()
        + "."
        + frame.getMethod().getName()
        + ":"
        + frame.getLineNumber();
  }
}
