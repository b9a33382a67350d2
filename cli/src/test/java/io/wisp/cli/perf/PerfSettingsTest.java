package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class PerfSettingsTest {

  @Property
  void shouldShareOutEveryRequestAndNoneTwice(
      @ForAll @IntRange(min = 1, max = 100) int clients,
      @ForAll @LongRange(min = 1, max = 10_000) long requests) {
    PerfSettings settings =
        new PerfSettings(3, 10, requests, 0, clients, 1, OperationMix.parse("get:1"), 1);
    long[] shares =
        LongStream.range(0, clients).map(i -> settings.share(requests, (int) i)).toArray();
    assertThat(LongStream.of(shares).sum()).isEqualTo(requests);
    assertThat(
            LongStream.of(shares).max().orElseThrow() - LongStream.of(shares).min().orElseThrow())
        .isLessThanOrEqualTo(1);
  }
}
