// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;

class BenchmarkListTest {

  private static final List<String> CHECKED =
      List.of("TransportBenchmark", "StoreBenchmark", "CompactionBenchmark");

  @Test
  void shouldListTheBenchmarksThatJmhIsToFind() throws IOException {
    try (InputStream list = Main.class.getResourceAsStream("/META-INF/BenchmarkList")) {
      assertThat(list).isNotNull();
      assertThat(new String(list.readAllBytes(), StandardCharsets.UTF_8))
          .contains("io.wisp.bench.TransportBenchmark")
          .contains("io.wisp.bench.store.StoreBenchmark");
    }
  }

  @Test
  void shouldHaveACheckForEveryParameterOfTransportStoreAndCompactionBenchmark()
      throws IOException {
    try (InputStream list = Main.class.getResourceAsStream("/META-INF/BenchmarkList")) {
      List<String> parameters =
          BenchmarkList.readBenchmarkList(list).stream()
              .filter(each -> CHECKED.contains(name(each)))
              .map(each -> each.getParams().get().keySet())
              .flatMap(Collection::stream)
              .distinct()
              .toList();

      assertThat(ParameterCheck.BY_NAME.keySet()).containsExactlyInAnyOrderElementsOf(parameters);
    }
  }

  private static String name(BenchmarkListEntry entry) {
    return entry.getUserClassQName().replaceFirst(".*\\.", "");
  }
}
