// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Processes that share a log answer as one server would while members leave, come and are replaced:
 * what clients saw is judged call by call.
 */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChangedGroupTest {

  /** What happens to the members while clients are at work. */
  enum Change {
    FOLLOWER_REPLACED,
    LEADER_REPLACED,
    FOLLOWER_REMOVED_AND_ADDED,
    LEADER_REMOVED_AND_ADDED,
    FOLLOWER_REPLACED_WHILE_THE_LEADER_IS_KILLED
  }

  private static final long TOOL_SECONDS = 180;

  private final Random random = GroupRounds.newRandom();
  private final GroupRounds rounds = new GroupRounds(random);

  @TempDir private Path folder;

  @Test
  void shouldAnswerAsOneServerWhoeverLeavesAndComes() throws Exception {
    try (RunningGroup group = new RunningGroup(folder)) {
      play(group, Change.FOLLOWER_REPLACED, 0);
      play(group, Change.LEADER_REMOVED_AND_ADDED, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void shouldAnswerAsOneServerAgainAndAgain(Change change) throws Exception {
    try (RunningGroup group = new RunningGroup(folder)) {
      for (int round = 0; round < 15; round++) {
        play(group, change, round);
      }
    }
  }

  private void play(RunningGroup group, Change change, int round) throws Exception {
    String identifier = group.group();
    rounds.play(group, change.name(), round, leader -> make(change, leader, group, identifier));
  }

  private void make(Change change, int leader, RunningGroup group, String identifier)
      throws Exception {
    int follower = (leader + 1 + random.nextInt(2)) % GroupFile.NAMES.size();
    switch (change) {
      case FOLLOWER_REPLACED -> replace(group, follower, leader, identifier);
      case LEADER_REPLACED -> replace(group, leader, follower, identifier);
      case FOLLOWER_REMOVED_AND_ADDED -> removeAndAdd(group, follower, leader, identifier);
      case LEADER_REMOVED_AND_ADDED -> removeAndAdd(group, leader, follower, identifier);
      case FOLLOWER_REPLACED_WHILE_THE_LEADER_IS_KILLED -> {
        group.server(follower).kill();
        group.startAnew(follower, identifier);
        int other = GroupFile.NAMES.size() - leader - follower;
        Process tool = group.cluster("replace", group.address(other), group.address(follower));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000));
        group.server(leader).kill();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
        group.restart();
        awaitSuccess(tool);
      }
    }
  }

  private static void replace(RunningGroup group, int lost, int other, String identifier)
      throws Exception {
    group.server(lost).kill();
    group.startAnew(lost, identifier);
    awaitSuccess(group.cluster("replace", group.address(other), group.address(lost)));
  }

  private static void removeAndAdd(RunningGroup group, int removed, int other, String identifier)
      throws Exception {
    awaitSuccess(group.cluster("remove", group.address(other), GroupFile.NAMES.get(removed)));
    assertThat(group.server(removed).exitCode()).isEqualTo(1);
    assertThat(group.server(removed).said()).contains("the others have removed");
    group.startAnew(removed, identifier);
    awaitSuccess(group.cluster("add", group.address(other), group.address(removed)));
  }

  private static void awaitSuccess(Process tool) throws Exception {
    try {
      assertThat(tool.waitFor(TOOL_SECONDS, TimeUnit.SECONDS)).isTrue();
      String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(tool.exitValue()).as("%s", said).isZero();
    } finally {
      tool.destroyForcibly();
    }
  }
}
