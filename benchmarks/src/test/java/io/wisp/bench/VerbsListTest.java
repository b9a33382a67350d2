// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class VerbsListTest {

  @Test
  void shouldRunTheBenchmarksOfTheBindingOnlyWhenTheyAreNamed() {
    assertThat(found("VerbsBenchmark", "VerbsRateBenchmark"))
        .containsExactlyInAnyOrder(
            "io.wisp.bench.verbs.VerbsBenchmark.roundTrip",
            "io.wisp.bench.verbs.VerbsRateBenchmark.message");
    assertThat(found(Suite.defaultPattern())).noneMatch(name -> name.contains(".verbs."));
  }

  private static List<String> found(String... patterns) {
    return BenchmarkList.defaultList()
        .find(
            OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
            List.of(patterns),
            List.of())
        .stream()
        .map(BenchmarkListEntry::getUsername)
        .toList();
  }
}
