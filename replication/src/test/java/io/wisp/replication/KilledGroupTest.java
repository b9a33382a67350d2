// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static io.wisp.replication.PatientRequests.answer;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/**
 * Three processes that share a log answer as one server would, and have every write that was
 * acknowledged, whoever of them is killed or stopped: what clients saw is judged call by call.
 */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledGroupTest {

  /** What happens to the processes while clients are at work. */
  enum Fault {
    LEADER_KILLED,
    FOLLOWER_KILLED,
    ALL_KILLED,
    LEADER_STOPPED,
    FOLLOWER_STOPPED
  }

  private static final int STOPPED_MILLIS = 3_000;
  private static final int CLIENT_MILLIS = 30_000;

  private final Random random = GroupRounds.newRandom();
  private final GroupRounds rounds = new GroupRounds(random);

  @TempDir private Path folder;

  @Test
  void shouldAnswerAsOneServerWhoeverIsKilledOrStopped() throws Exception {
    try (RunningGroup group = new RunningGroup(folder)) {
      play(group, Fault.LEADER_KILLED, 0);
      play(group, Fault.ALL_KILLED, 1);
      play(group, Fault.LEADER_STOPPED, 2);
    }
  }

  @Test
  void shouldAnswerAsOneServerWithoutLeases() throws Exception {
    String without = "JAVA_TOOL_OPTIONS=-Dwisp.data.leases=false";
    try (RunningGroup group = new RunningGroup(folder, "env", without)) {
      play(group, Fault.LEADER_STOPPED, 0);
    }
  }

  /** There a lease is over when the entry is committed that grants it. */
  @Test
  void shouldHaveAMasterAlthoughDisksTakeLongerThanALeaseHolds() throws Exception {
    int millis = (int) TimeUnit.NANOSECONDS.toMillis(Reign.LEASE_NANOS) + 50;
    try (RunningGroup group = new RunningGroup(folder, SlowDisk.before(folder, millis))) {
      group.server(group.awaitLeader()).kill();
      assertThat(group.awaitLeader()).isNotNegative();
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void shouldAnswerAsOneServerAgainAndAgain(Fault fault) throws Exception {
    try (RunningGroup group = new RunningGroup(folder)) {
      for (int round = 0; round < 20; round++) {
        play(group, fault, round);
      }
    }
  }

  private void play(RunningGroup group, Fault fault, int round) throws Exception {
    rounds.play(group, fault.name(), round, leader -> cause(fault, leader, group));
  }

  private void cause(Fault fault, int leader, RunningGroup group) throws Exception {
    int follower = (leader + 1 + random.nextInt(2)) % GroupFile.NAMES.size();
    switch (fault) {
      case LEADER_KILLED -> {
        group.server(leader).kill();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000));
        group.restart();
      }
      case FOLLOWER_KILLED -> {
        group.server(follower).kill();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
        group.restart();
      }
      case ALL_KILLED -> {
        for (int i = 0; i < GroupFile.NAMES.size(); i++) {
          group.server(i).kill();
        }
        group.restart();
      }
      case LEADER_STOPPED -> stop(group.server(leader));
      case FOLLOWER_STOPPED -> stop(group.server(follower));
    }
  }

  private void stop(LoggedServer server) throws Exception {
    server.signal("STOP");
    TimeUnit.MILLISECONDS.sleep(STOPPED_MILLIS + random.nextInt(500));
    server.signal("CONT");
  }

  @Test
  void shouldLetAStockClientFollowTheMaster() throws Exception {
    try (RunningGroup group = new RunningGroup(folder)) {
      int leader = group.awaitLeader();
      DefaultJedisClientConfig config =
          DefaultJedisClientConfig.builder()
              .connectionTimeoutMillis(CLIENT_MILLIS)
              .socketTimeoutMillis(CLIENT_MILLIS)
              .build();
      try (RedisClusterClient client =
          RedisClusterClient.builder()
              .nodes(Set.of(new HostAndPort("127.0.0.1", group.addresses().get(1).getPort())))
              .clientConfig(config)
              .build()) {
        assertThat(answer(() -> client.set("key", "1"))).isEqualTo("OK");
        assertThat(answer(() -> client.get("key"))).isEqualTo("1");
        group.server(leader).kill();
        assertThat(group.awaitLeader()).isNotEqualTo(leader);
        assertThat(answer(() -> client.get("key"))).isEqualTo("1");
        assertThat(answer(() -> client.set("key", "2"))).isEqualTo("OK");
        group.restart();
        assertThat(answer(() -> client.get("key"))).isEqualTo("2");
      }
    }
  }
}
