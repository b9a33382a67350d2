// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.linearizability.Call;
import io.wisp.linearizability.Call.Kind;
import io.wisp.linearizability.KeyModel;
import io.wisp.linearizability.LinearizabilityChecker;
import io.wisp.linearizability.RandomCalls;
import io.wisp.linearizability.Recorder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisException;

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

  private static final int PARTIES = 6;
  private static final int KEYS = 8;

  /** Some wait for a process that is stopped, and see what it says first when it goes on. */
  private static final int PATIENT_MILLIS = 30_000;

  private static final int IMPATIENT_MILLIS = 700;
  private static final int STOPPED_MILLIS = 3_000;
  private static final int CALLS_OF_A_TURN = 5;
  private static final int MOST_TRIES = 300;
  private static final long ANSWERS_NANOS = TimeUnit.SECONDS.toNanos(180);

  private final long seed = Long.getLong("wisp.faults.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final LinearizabilityChecker checker = new LinearizabilityChecker(new KeyModel(false));

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"LEADER_KILLED", "ALL_KILLED", "LEADER_STOPPED"})
  void shouldAnswerAsOneServerWhen(Fault fault) throws Exception {
    System.out.println("faults: seed " + seed);
    try (RunningGroup group = new RunningGroup(folder)) {
      play(group, fault, 0);
    }
  }

  @Test
  void shouldAnswerAsOneServerWithoutLeases() throws Exception {
    System.out.println("faults: seed " + seed);
    String without = "JAVA_TOOL_OPTIONS=-Dwisp.data.leases=false";
    try (RunningGroup group = new RunningGroup(folder, "env", without)) {
      play(group, Fault.LEADER_STOPPED, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void shouldAnswerAsOneServerAgainAndAgain(Fault fault) throws Exception {
    System.out.println("faults: seed " + seed);
    try (RunningGroup group = new RunningGroup(folder)) {
      for (int round = 0; round < 20; round++) {
        play(group, fault, round);
      }
    }
  }

  private void play(RunningGroup group, Fault fault, int round) throws Exception {
    Recorder recorder = new Recorder();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      keys.add("r" + round + "k" + i);
    }
    int leader = group.awaitLeader();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger unknown = new AtomicInteger();
    List<GroupParty> parties = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(PARTIES)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < PARTIES; i++) {
        int millis = i % 3 == 0 ? PATIENT_MILLIS : IMPATIENT_MILLIS;
        GroupParty party = new GroupParty("p" + i, group.ports(), millis);
        parties.add(party);
        RandomCalls calls = new RandomCalls(party, random.nextLong(), false);
        running.add(
            threads.submit(
                () -> {
                  while (!over.get()) {
                    calls.run(recorder, keys, CALLS_OF_A_TURN, _ -> unknown.incrementAndGet());
                    Thread.sleep(random.nextInt(100));
                  }
                  return null;
                }));
      }
      try {
        awaitAnswers(parties, running);
        cause(fault, leader, group);
        group.awaitLeader();
        awaitAnswers(parties, running);
      } finally {
        over.set(true);
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    // What is there at last belongs to the history.
    try (GroupParty last = new GroupParty("last", group.ports(), PATIENT_MILLIS)) {
      for (String key : keys) {
        recorder.call("last", key, Kind.GET, "", 0, () -> last.call(Kind.GET, key, "", 0));
      }
    }
    parties.forEach(GroupParty::close);
    recorder.histories().forEach((key, calls) -> checker.check(key, withoutIdleCalls(calls)));
    int calls = recorder.histories().values().stream().mapToInt(List::size).sum();
    long inVain = parties.stream().mapToLong(GroupParty::inVain).sum();
    System.out.println(
        "%s: %s calls, %s are unknown; %s times one was in vain, and was made again"
            .formatted(fault, calls, unknown, inVain));
    assertThat(group.said()).doesNotContain("Exception in thread", "\tat ");
  }

  /** A read that was not answered says nothing, and would only have to be put everywhere. */
  private static List<Call> withoutIdleCalls(List<Call> calls) {
    return calls.stream().filter(call -> call.kind() != Kind.GET || call.reply() != null).toList();
  }

  /** Each is answered some times from now on. */
  private static void awaitAnswers(List<GroupParty> parties, List<Future<?>> running)
      throws Exception {
    long[] before = parties.stream().mapToLong(GroupParty::answers).toArray();
    long end = System.nanoTime() + ANSWERS_NANOS;
    for (int i = 0; i < before.length; i++) {
      while (parties.get(i).answers() < before[i] + 3 * CALLS_OF_A_TURN) {
        assertThat(System.nanoTime() - end).as("party %s is not answered", i).isNegative();
        for (Future<?> each : running) {
          if (each.isDone()) {
            each.get();
          }
        }
        Thread.sleep(10);
      }
    }
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
          DefaultJedisClientConfig.builder().socketTimeoutMillis(5_000).build();
      try (RedisClusterClient client =
          RedisClusterClient.builder()
              .nodes(Set.of(new HostAndPort("127.0.0.1", group.ports().get(1))))
              .clientConfig(config)
              .build()) {
        assertThat(ask(() -> client.set("key", "1"))).isEqualTo("OK");
        assertThat(ask(() -> client.get("key"))).isEqualTo("1");
        group.server(leader).kill();
        assertThat(group.awaitLeader()).isNotEqualTo(leader);
        assertThat(ask(() -> client.get("key"))).isEqualTo("1");
        assertThat(ask(() -> client.set("key", "2"))).isEqualTo("OK");
        group.restart();
        assertThat(ask(() -> client.get("key"))).isEqualTo("2");
      }
    }
  }

  /** By an error a client learns that there is another master. */
  private static String ask(Supplier<String> request) throws InterruptedException {
    for (int i = 1; ; i++) {
      try {
        return request.get();
      } catch (JedisException e) {
        if (i == MOST_TRIES) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }
}
