// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code wisp cluster} where there is no group; with one, replication tests it. */
class ClusterToolTest {

  private static Run cluster(String words) {
    return Run.of(("cluster " + words).strip().split(" ", -1));
  }

  @Test
  void shouldShowWhatThereIs() {
    for (String words : new String[] {"", "-h", "status --help"}) {
      Run run = cluster(words);
      assertThat(run.exitCode()).isZero();
      assertThat(run.out())
          .contains("status NODE", "replace NODE NEW", "move NODE SLOTS", "--timeout");
      assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          meet h                     | cluster meet is nothing; there are status, add
          move h 0 a                 | cluster move takes four words
          move h x a b               | "x" is no list of slots
          move h 0-20000 a b         | 0-20000 is no range of slots from 0 to 16383
          move h:x 0 a b             | h:x: "x" in "h:x" is no port
          move h 0 a b --patience 0  | --patience 0ms is not between 1s and 24h
          move h 0 a b --timeout 1s  | --timeout means nothing with cluster move
          status h --patience 1s     | --patience means nothing with cluster status
          status                     | cluster status takes a node
          add h                      | cluster add takes two words
          remove h a b               | cluster remove takes two words
          add h h:x                  | h:x: "x" in "h:x" is no port
          status h --timeout 0       | --timeout 0ms is not between 1s and 24h
          status h --evict           | there is no option --evict
          """)
  void shouldSayWhatIsWrongWithTheCommandLine(String words, String why) {
    Run run = cluster(words);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(why);
  }

  @Test
  void shouldSayWhyANodeCannotBeAsked() throws IOException {
    try (Socket bound = new Socket()) {
      // So nobody else listens there, either.
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = bound.getLocalPort();
      Run status = cluster("status 127.0.0.1:" + port);
      assertThat(status.exitCode()).isEqualTo(1);
      assertThat(status.err()).contains("wisp: 127.0.0.1:" + port + " cannot be asked: ");
      Run remove = cluster("remove 127.0.0.1:" + port + " a --timeout 1s");
      assertThat(remove.exitCode()).isEqualTo(1);
      assertThat(remove.err()).contains("--timeout is over: 127.0.0.1:" + port);
      Run move = cluster("move 127.0.0.1:" + port + " 0-99 a b --patience 1s");
      assertThat(move.exitCode()).isEqualTo(1);
      assertThat(move.err()).contains("not all of the slots were moved: ");
    }
  }

  @Test
  void shouldRefuseToJoinWithoutAFolderOrAGroup() {
    String id = "123e4567-e89b-12d3-a456-426614174000";
    assertThat(Run.of("-s", "-t", "--join", id).err()).contains("the folder of --data");
    assertThat(Run.of("-s", "-t", "--data", "d", "--join", "x").err())
        .contains("--join x is no group");
    assertThat(Run.of("-s", "-t", "--data", "d", "--join", id, "--new-member").err())
        .contains("leave one of them out");
    assertThat(Run.of("-s", "-t", "--data", "d", "--join", id).err())
        .contains("--join is for a node of --cluster that has replicas");
  }
}
