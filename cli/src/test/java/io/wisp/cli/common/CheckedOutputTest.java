// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CheckedOutputTest {

  private int writes;

  private final OutputStream full =
      new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          writes++;
          throw new IOException("No space left on device");
        }
      };

  @Test
  void shouldEndTheCommandAtTheFirstWriteThatFailsAndLetItEnd() {
    PrintStream out =
        new PrintStream(new CheckedOutput("standard output", full), true, StandardCharsets.UTF_8);
    assertThatThrownBy(() -> out.println("a"))
        .isInstanceOf(UserError.class)
        .hasMessage("standard output cannot be written: No space left on device");
    out.println("b");
    assertThat(writes).isEqualTo(1);
  }
}
