// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ThreadAffinityTest {

  @Test
  void shouldPinOneThreadAndWhatItStarts() throws Exception {
    CoreList before = CoreList.parse(CoreList.allowedHere());
    CoreList one = new CoreList(List.of(before.numbers().getLast()));
    String[] found = new String[2];
    Runnable starter =
        () -> {
          ThreadAffinity.pin(one);
          found[0] = CoreList.allowedHere();
          started(() -> found[1] = CoreList.allowedHere());
        };
    started(starter);
    assertThat(found).containsOnly(one.toString());
    assertThat(CoreList.parse(CoreList.allowedHere())).isEqualTo(before);
  }

  private static void started(Runnable work) {
    Thread thread = Thread.ofPlatform().start(work);
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldNameTheCoreThatIsNotThere() {
    assertThatThrownBy(() -> ThreadAffinity.pin(new CoreList(List.of(0, 8_000))))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("--cores 0,8000: there is no core 8000; this machine has core");
  }
}
