// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.TransportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerNameTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '# Server\\r\\nredis_version:7.0.15\\r\\ngcc_version:12.2.0'             | redis 7.0.15
          'redis_version:7.2.4\\r\\nserver_name:valkey\\r\\nvalkey_version:8.1.0' | valkey 8.1.0
          'redis_version:7.4.0\\r\\ndragonfly_version:df-v1.27.1'               | dragonfly df-v1.27.1
          'server_name:wisp\\r\\nredis_version:7.2.0'                           | wisp
          'transport:shm\\nconnections:1'                                       | wisp
          'uptime:7'                                                            | unknown
          ''                                                                    | unknown
          """)
  void shouldTellWhichProgramServes(String lines, String program) {
    assertThat(ServerName.of(lines.replace("\\r\\n", "\r\n").replace("\\n", "\n")))
        .isEqualTo(program);
  }

  @Test
  void shouldNotFailOnAServerThatHasNothingToSay() {
    assertThat(
            ServerName.ask(
                () -> {
                  throw new TransportException("no");
                }))
        .isEqualTo("unknown");
  }
}
