// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerCommandsTest {

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void shouldTellTheTimeByTheClockOfExpiries() {
    session.pass(7_012);
    assertThat(session.call("TIME")).isEqualTo("*2\r\n$10\r\n1000000007\r\n$5\r\n12000\r\n");
    session.pass(988);
    assertThat(session.call("TIME")).isEqualTo("*2\r\n$10\r\n1000000008\r\n$1\r\n0\r\n");
  }

  @Test
  void shouldNotWaitForReplicas() {
    assertThat(session.call("WAIT", "0", "0")).isEqualTo(":0\r\n");
    assertThat(session.call("WAIT", "5", "100000")).isEqualTo(":0\r\n");
    assertThat(session.call("WAIT", "x", "0"))
        .isEqualTo("-ERR value is not an integer or out of range\r\n");
    assertThat(session.call("WAIT", "0", "x"))
        .isEqualTo("-ERR timeout is not an integer or out of range\r\n");
    assertThat(session.call("WAIT", "0", "-1")).isEqualTo("-ERR timeout is negative\r\n");
  }

  /** Name, arity, flags, first and last key, and step between keys. */
  @Test
  void shouldTellWhereTheKeysOfACommandAre() {
    assertThat(session.call("COMMAND", "INFO", "lcs"))
        .contains("$3\r\nlcs\r\n:-3\r\n*1\r\n+readonly\r\n:1\r\n:2\r\n:1\r\n");
    assertThat(session.call("COMMAND", "INFO", "setrange"))
        .contains("$8\r\nsetrange\r\n:4\r\n*1\r\n+write\r\n:1\r\n:1\r\n:1\r\n");
    assertThat(session.call("COMMAND", "INFO", "object"))
        .contains("$6\r\nobject\r\n:-2\r\n*1\r\n+loading\r\n:0\r\n:0\r\n:0\r\n");
  }
}
