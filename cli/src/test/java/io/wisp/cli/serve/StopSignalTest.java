// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

/** With which words and which code a server ends that nobody asked to. */
class StopSignalTest {

  private final StopSignal stop = new StopSignal();

  private String explanation() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    stop.explain(new PrintStream(err, true, UTF_8));
    return err.toString(UTF_8);
  }

  @Test
  void shouldSayThatAMemberHasLeftItsGroup() {
    stop.giveByMember();
    assertThat(stop.isGiven()).isTrue();
    assertThat(explanation())
        .isEqualToIgnoringNewLines("wisp: the server ends, for it has left its group");
    assertThat(stop.exitCode()).isEqualTo(1);
  }

  @Test
  void shouldSayNothingOfAMemberThatLeavesWhenTheServerWasStopped() {
    stop.give();
    stop.giveByMember();
    assertThat(explanation()).isEmpty();
    assertThat(stop.exitCode()).isZero();
  }
}
