// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import com.sun.management.ThreadMXBean;
import io.wisp.verbs.Context;
import io.wisp.verbs.GidEntry;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.Verbs;
import io.wisp.verbs.VerbsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures the same as {@link VerbsBenchmark} and {@link VerbsRateBenchmark}, but on command, so
 * that rounds of it can take turns with those of another program while what the JVM has compiled
 * stays. Started with the command that starts the peer's prefix ({@code taskset -c 0}, or nothing),
 * it answers each line of standard input with a line of JSON:
 *
 * <pre>
 * device NAME|any                                         opens it and says what it is
 * latency read|write|send SIZE INLINE COUNT               nanoseconds, as perftest reports them
 * rate read|write SIZE CHAIN DEPTH COUNT                  messages a second
 * </pre>
 *
 * <p>It allocates what it needs before it begins to count, and says how many bytes the measuring
 * thread allocated from then on.
 */
final class MeasuringProcess {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Peer peer;
  private String device = LinkOptions.ANY_DEVICE;

  private MeasuringProcess(Peer peer) {
    this.peer = peer;
  }

  public static void main(String[] peerPrefix) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Peer peer = Peer.start(List.of(peerPrefix))) {
      MeasuringProcess process = new MeasuringProcess(peer);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(MAPPER.writeValueAsString(process.answer(line.split(" ", -1))));
      }
    } catch (IllegalStateException e) {
      System.out.println(MAPPER.writeValueAsString(failure(e)));
    }
  }

  private Map<String, Object> answer(String[] words) {
    try {
      return switch (words[0]) {
        case "device" -> describe(words[1]);
        case "latency" -> latency(words);
        case "rate" -> rate(words);
        default -> throw new IllegalArgumentException("no such request: " + words[0]);
      };
    } catch (VerbsException | IllegalArgumentException | IllegalStateException e) {
      return failure(e);
    }
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }

  private static Map<String, Object> failure(RuntimeException e) {
    return Map.of("failed", String.valueOf(e.getMessage()));
  }

  private Map<String, Object> describe(String name) {
    try (Context context = name.equals(LinkOptions.ANY_DEVICE) ? Verbs.open() : Verbs.open(name)) {
      LocalPort port = context.selectPort();
      device = context.device().name();
      GidEntry gid = port.gid();
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("device", device);
      map.put("port", port.number());
      map.put("gidIndex", gid == null ? -1 : gid.index());
      map.put("mtu", port.attributes().activeMtu().bytes());
      map.put("outstandingReads", Link.READS);
      map.put("java", System.getProperty("java.version"));
      return map;
    }
  }

  private Map<String, Object> latency(String[] words) {
    VerbsOperation operation = VerbsOperation.labelled(words[1]);
    RoundTripTimes times = new RoundTripTimes(number(words[4]));
    LinkOptions options =
        LinkOptions.roundTrip(device, operation, number(words[2]), number(words[3]));
    try (PairConnection connection = peer.connect(options)) {
      Runnable roundTrip = connection.roundTrip();
      roundTrip.run();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      times.measure(roundTrip);
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      Map<String, Object> map = times.summary(operation.trips());
      map.put("allocatedBytes", allocated);
      return map;
    }
  }

  private Map<String, Object> rate(String[] words) {
    VerbsOperation operation = VerbsOperation.labelled(words[1]);
    int chain = number(words[3]);
    LinkOptions options = new LinkOptions(device, operation, number(words[2]), 0, number(words[4]));
    try (PairConnection connection = peer.connect(options)) {
      ChainedPosts posts = new ChainedPosts(connection.link(), chain);
      int chains = (number(words[5]) + chain - 1) / chain;
      long before = THREADS.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      posts.post(chains);
      posts.drain();
      long nanoseconds = System.nanoTime() - start;
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("messagesPerSecond", (double) chains * chain * 1e9 / nanoseconds);
      map.put("allocatedBytes", allocated);
      return map;
    }
  }
}
