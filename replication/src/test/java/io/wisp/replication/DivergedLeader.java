// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What {@link PartitionedGroupTest} runs within {@code scripts/namespaces.sh}: a leader is cut off,
 * and has entries that nobody else has. The others go on, and cut their log just before where those
 * begin. Then the former leader is back, and one of the others gone. With a restart in between the
 * others no longer know the terms of what they have cut off.
 */
final class DivergedLeader {

  private static final int QUIET_MILLIS = 1_500;
  private static final int READ_MILLIS = 30_000;
  private static final int UNANSWERED_MILLIS = 50;
  private static final int IN_VAIN = 5;
  private static final String VALUE = "v".repeat(1_000);

  /** Some snapshots of {@link LoggedServer}. */
  private static final int WRITES = 400;

  private DivergedLeader() {}

  /**
   * Plays it.
   *
   * @param arguments a folder, and whether the others are restarted
   */
  public static void main(String... arguments) throws Exception {
    NodeNetwork network = new NodeNetwork();
    try (RunningGroup group =
        new RunningGroup(new GroupFile(network.addresses()), Path.of(arguments[0]), network::on)) {
      play(group, network, Boolean.parseBoolean(arguments[1]));
    }
    System.out.println("the former leader follows");
  }

  private static void play(RunningGroup group, NodeNetwork network, boolean restarts)
      throws Exception {
    int former = group.awaitLeader();
    // Each member hears up to where the others have carried out the log.
    TimeUnit.MILLISECONDS.sleep(QUIET_MILLIS);
    network.cutOff(former);
    for (int i = 0; i < IN_VAIN; i++) {
      try {
        assertThat(group.call(former, UNANSWERED_MILLIS, "SET", "vain" + i, VALUE))
            .isNotEqualTo("OK");
      } catch (SocketTimeoutException e) {
        // It waits for the others.
      }
    }
    int next = group.awaitLeaderBut(former);
    write(group, next);
    int other = GroupFile.NAMES.size() - former - next;
    if (restarts) {
      group.server(next).kill();
      group.server(other).kill();
      group.restart();
      group.awaitLeaderBut(former);
    }
    network.heal();
    network.cutOff(other);
    int last = group.awaitLeaderBut(other);
    assertThat(group.call(last, READ_MILLIS, "GET", "key0")).isEqualTo(VALUE);
  }

  private static void write(RunningGroup group, int leader) throws IOException {
    for (int i = 0; i < WRITES; i++) {
      assertThat(group.call(leader, READ_MILLIS, "SET", "key" + i, VALUE)).isEqualTo("OK");
    }
  }
}
