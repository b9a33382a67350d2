// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProcessCpuTimeTest {

  @Test
  void shouldGrowWithTheWorkOfThisProcess() {
    ProcessCpuTime before = ProcessCpuTime.now();
    Thread current = Thread.currentThread();
    // A clock says nothing of work: it goes on until the system counts some.
    while (Objects.requireNonNull(ProcessCpuTime.now().since(before)) == 0
        && !current.isInterrupted()) {
      Thread.onSpinWait();
    }
    assertThat(ProcessCpuTime.now().since(before)).isPositive();
  }

  @Test
  void shouldKnowNothingWhereTheSystemDoesNotTell() {
    assertThat(new ProcessCpuTime(null).since(new ProcessCpuTime(1L))).isNull();
    assertThat(new ProcessCpuTime(5L).since(new ProcessCpuTime(null))).isNull();
    assertThat(new ProcessCpuTime(5L).since(new ProcessCpuTime(2L))).isEqualTo(3L);
  }
}
