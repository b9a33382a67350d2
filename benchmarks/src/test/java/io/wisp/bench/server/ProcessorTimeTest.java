// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessorTimeTest {

  private static final String BEHIND_NAME = ") S 1 2 3 4 5 6 7 8 9 10 ";

  private static ProcessorTime time(String machine, String process) {
    return ProcessorTime.of(
        List.of("cpu  " + machine, "cpu0 1 2", "cpu1 1 2", "intr 5"),
        "42 (a (b) c" + BEHIND_NAME + process + " 0 0");
  }

  @Test
  void shouldTellTheTimeOfOthersFromItsOwnAndFromWhatWasStolen() {
    ProcessorTime before = time("100 10 50 1000 40 0 0 7 5 5", "20 10 0 0");
    ProcessorTime after = time("160 20 80 1060 60 10 10 27 9 9", "40 20 50 10");

    ProcessorTime spent = after.minus(before);

    assertThat(spent).isEqualTo(new ProcessorTime(220, 80, 20, 90, 2));
    assertThat(spent.busyWithOthers()).isEqualTo(30 * 2 / 220.0);
    assertThat(spent.stolenCores()).isEqualTo(20 * 2 / 220.0);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldReadWhatThisMachineSays() {
    ProcessorTime now = ProcessorTime.now();

    assertThat(now.cores()).isPositive();
    assertThat(now.own()).isPositive();
    assertThat(now.idle()).isBetween(0L, now.elapsed());
  }
}
