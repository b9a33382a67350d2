// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientLimitTest {

  @Test
  void shouldLeaveAloneWhatTheLimitAllows() {
    assertThat(ClientLimit.choose(10_000, 4, 8, 1 << 20, 50))
        .isEqualTo(new ClientLimit(10_000, ""));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1024, 24, 836",
    "3, 1, 1024, 24, 212",
    "1, 1, 64, 24, 20",
    "4, 1024, 300, 20, 35"
  })
  void shouldShareWhatIsLeftBesideTheServersOwnAmongTheTransports(
      int transports, int threads, long most, long open, int clients) {
    ClientLimit limit = ClientLimit.choose(10_000, transports, threads, most, open);
    assertThat(limit.clients()).isEqualTo(clients);
    assertThat((long) limit.clients() * transports).isLessThan(most - open);
    assertThat(limit.explanation())
        .startsWith("--max-clients 10000 is more than ulimit -n allows: ")
        .contains("may open " + most + " files");
  }

  @Test
  void shouldRefuseToServeWhomItCannotAccept() {
    assertThatThrownBy(() -> ClientLimit.choose(10, 4, 1, 30, 25))
        .isInstanceOf(UserError.class)
        .hasMessage("this process may open 30 files, which leaves none for clients: see ulimit -n");
  }
}
