// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberReportTest {

  private static final String HEAD = "group:0f1e\r\nself:c#0123abcd\r\naddress:fe80::1:3996\r\n";

  @Test
  void shouldReadWhatAMemberSays() {
    MemberReport report =
        MemberReport.read(
            HEAD
                + "leader:a\r\nmember0:a 10.0.0.1:3994\r\nmember1:c h:3996\r\n"
                + "member2:c#0123abcd fe80::1:3996\r\nchange:remove c\r\n"
                + "change_state:failed\r\nchange_failure:why: so\r\n");
    assertThat(report.group()).isEqualTo("0f1e");
    assertThat(report.leads()).isFalse();
    assertThat(report.address()).isEqualTo(new Endpoint("fe80::1", 3996));
    assertThat(report.members())
        .containsEntry("a", new Endpoint("10.0.0.1", 3994))
        .containsEntry("c#0123abcd", new Endpoint("fe80::1", 3996))
        .hasSize(3);
    assertThat(report.membersOf("c")).containsExactly("c", "c#0123abcd");
    assertThat(report.membersOf("d")).isEmpty();
    assertThat(report.hasFailed()).isTrue();
    assertThat(report.isUnderWay()).isFalse();
    assertThat(report.change()).isEqualTo("remove c");
    assertThat(report.outcome()).isEqualTo("failed: why: so");
  }

  @Test
  void shouldKnowTheOneThatLeads() {
    assertThat(MemberReport.read(HEAD + "leader:c#0123abcd\r\n").leads()).isTrue();
    assertThat(MemberReport.read(HEAD + "leader:\r\n").leads()).isFalse();
  }

  /** One that was started anew has no members to tell of either, until somebody leads. */
  @Test
  void shouldKnowTheOneThatWaitsToBeAdded() {
    assertThat(MemberReport.read(HEAD + "waits:yes\r\n").waits()).isTrue();
    assertThat(MemberReport.read(HEAD + "waits:no\r\n").waits()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cluster_enabled:0",
        HEAD + "member0:a",
        HEAD + "member0: 10.0.0.1:1",
        HEAD + "member0:a 10.0.0.1",
        HEAD + "member0:a 10.0.0.1:99999"
      })
  void shouldRefuseWhatIsNoAnswer(String answer) {
    assertThatThrownBy(() -> MemberReport.read(answer))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
