// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import io.wisp.measure.input.UserError;
import io.wisp.measure.machine.CoreList;
import io.wisp.measure.workload.OperationMix;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures the same as {@link StoreBenchmark}, but on command, so that rounds of it can take turns
 * with those of a program that is no JVM. JMH would start a JVM for each round, which compiles
 * again, or measure all rounds of one map before the next. Here what is compiled stays, and so does
 * the map; and there is one kind of map to a process, because calls that meet two kinds are
 * compiled to slower code than those of whoever uses one of them.
 *
 * <p>Started as {@code MAP ENTRIES CORES}, it answers each line of standard input with a line of
 * JSON:
 *
 * <pre>
 * fill            puts every key; the bytes that the map occupies
 * measure get|put|mixed TOGETHER THREADS MILLISECONDS SEED
 *                 operations a second, and what each took; of so many together the keys are known
 *                 before the first is carried out
 * </pre>
 *
 * <p>{@code plots/wisp_tools/beside/table.cpp} answers the same lines with another map.
 */
final class MapProcess {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final MapUnderTest map;
  private final int entries;
  private final CoreList cores;

  private MapProcess(MapUnderTest map, int entries, CoreList cores) {
    this.map = map;
    this.entries = entries;
    this.cores = cores;
  }

  public static void main(String[] arguments) throws IOException {
    InputStreamReader input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
    serve(arguments, new BufferedReader(input), System.out);
  }

  /** Answers lines until there are no more. */
  static void serve(String[] arguments, BufferedReader lines, PrintStream out) throws IOException {
    int entries = Integer.parseInt(arguments[1]);
    try (MapUnderTest map = MapKind.labelled(arguments[0]).open(entries)) {
      MapProcess process = new MapProcess(map, entries, CoreList.parse(arguments[2]));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.println(MAPPER.writeValueAsString(process.answer(line.split(" ", -1))));
      }
    } catch (OutOfMemoryError e) {
      out.println(MAPPER.writeValueAsString(failure(e)));
    }
  }

  private static Map<String, Object> failure(Throwable e) {
    return Map.of("failed", String.valueOf(e.getMessage()));
  }

  private Map<String, Object> answer(String[] words) {
    try {
      return switch (words[0]) {
        case "fill" -> fill();
        case "measure" -> measure(words);
        default -> throw new IllegalArgumentException("no such request: " + words[0]);
      };
    } catch (IllegalArgumentException | IllegalStateException | UserError e) {
      return failure(e);
    }
  }

  private Map<String, Object> fill() {
    try (MapUnderTest.Session session = map.session()) {
      for (long number = 0; number < entries; number++) {
        session.put(number);
      }
    }
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("memoryBytes", map.memoryBytes());
    found.put("digest", MapRun.digest(entries));
    found.put("runtime", "Java " + System.getProperty("java.version"));
    return found;
  }

  private Map<String, Object> measure(String[] words) {
    MapRun run =
        new MapRun(
            map,
            entries,
            OperationMix.named(words[1]),
            Integer.parseInt(words[2]),
            Duration.ofMillis(Long.parseLong(words[4])),
            Long.parseLong(words[5]));
    MapRun.Figures figures = run.measure(cores.numbers().subList(0, Integer.parseInt(words[3])));
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("operationsPerSecond", figures.operationsPerSecond());
    found.put("cpuNanosecondsPerOperation", figures.cpuNanosecondsPerOperation());
    found.put("allocatedBytesPerOperation", figures.allocatedBytesPerOperation());
    return found;
  }
}
